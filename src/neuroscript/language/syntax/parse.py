"""From text to syntax tree.

Each declaration is parsed on its own. Where one does not parse, the furthest place that the
grammar reached is reported, the line it stands in is left out with its block, and the rest is
tried again, so that independent mistakes are told together.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import replace
from functools import cache

from neuroscript.diagnostics import Diagnostic, Sink, Source, Span, deep_recursion
from neuroscript.language.syntax.ast import Global, Neuron, Program, Use
from neuroscript.language.syntax.building.declarations import Builder
from neuroscript.language.syntax.errors import (
    ChainedComparison,
    ElseWithoutIf,
    MissingArrow,
    RepeatedSection,
    ReservedWord,
    StrayDocumentation,
    UnexpectedToken,
    UnknownSection,
)
from neuroscript.language.syntax.grammar_rules import RULES
from neuroscript.language.syntax.layout import Unit, lay_out
from neuroscript.language.syntax.logical_line import DEDENT, INDENT, LogicalLine
from neuroscript.language.syntax.matcher import Failure, Matcher, Node
from neuroscript.language.syntax.nesting import too_deep
from neuroscript.language.syntax.tokens import DESCRIPTIONS, RESERVED
from neuroscript.language.work import TooMuchWork, allow, spend


def parse(source: Source, sink: Sink, start: int = 0, end: int | None = None) -> Program:
    """The program in a text, or in the part `start <= i < end` of it.

    Mistakes go to `sink`; what could be read is returned all the same, and neurons of which
    lines were left out are marked `damaged`.

    >>> from neuroscript.diagnostics import Sink, Source
    >>> text = "neuron A:\\n  in: [n]\\n  out: [n]\\n  graph: in -> out\\n"
    >>> [neuron.name.text for neuron in parse(Source("a.ns", text), Sink()).neurons]
    ['A']
    """
    allow((len(source.text) if end is None else end) - start)
    layout = lay_out(source, sink, start, end)
    neurons: list[Neuron] = []
    uses: list[Use] = []
    values: list[Global] = []
    for unit in layout.units:
        if sink.full:
            break
        match _parse_unit(source, unit, sink):
            case Neuron() as neuron:
                _check_sections(neuron, sink)
                neurons.append(neuron)
            case Use() as use:
                uses.append(use)
            case Global() as value:
                values.append(value)
    for doc in layout.stray_docs:
        sink.add(StrayDocumentation(doc.span))
    return Program(source, tuple(neurons), tuple(uses), tuple(values), tuple(layout.stray_docs))


def _check_sections(neuron: Neuron, sink: Sink) -> None:
    for repeated in neuron.impls[1:]:
        sink.add(RepeatedSection(repeated.span, "impl", neuron.impls[0].span))


@cache
def _matcher() -> Matcher:
    return Matcher(RULES, "declaration")


class Prepared:
    """Logical lines as one text for the grammar, and the way back to the source."""

    def __init__(self, source: Source, lines: list[LogicalLine]) -> None:
        self.source = source
        self.lines = lines
        self.starts: list[int] = []
        self.offsets = array("l")
        """For each character of the text, where it stands in the source."""
        parts: list[str] = []
        level = size = 0
        for line in lines:
            step = INDENT * (line.level - level) if line.level > level else ""
            step = step or DEDENT * (level - line.level)
            level = line.level
            size += len(step)
            self.starts.append(size)
            parts += (step, line.text, "\n")
            size += len(line.text) + 1
            self.offsets.extend([line.start] * len(step))
            self.offsets.extend(range(line.start, line.start + len(line.text) + 1))
        self.text = "".join(parts) + DEDENT * level

    def line_at(self, position: int) -> int:
        return max(0, bisect_right(self.starts, position) - 1)

    def span(self, start: int, end: int) -> Span:
        """The span of prepared text `start <= i < end`, without the blanks at its end."""
        text, offsets = self.text, self.offsets
        last = min(end, len(offsets)) - 1
        while last > start and text[last] in _BLANKS:
            last -= 1
        start = min(start, len(offsets) - 1)
        return Span(self.source, offsets[start], offsets[max(start, last)] + 1)


_BLANKS = f" \n{INDENT}{DEDENT}"


def _parse_unit(source: Source, unit: Unit, sink: Sink) -> Neuron | Use | Global | None:
    lines, damaged = list(unit.lines), False
    for i in [i for i, line in enumerate(lines) if line.bad][::-1]:
        lines, damaged = _without(lines, i), True
    while lines:
        nested = too_deep(source, lines)
        if nested is not None:
            sink.add(nested)
            return None
        prepared = Prepared(source, lines)
        try:
            spend(2 * len(prepared.text))
        except TooMuchWork:
            return None  # what has been found in it has to do
        with deep_recursion():
            result = _matcher().match(prepared.text)
        if isinstance(result, Node):
            with deep_recursion():
                declaration = Builder(prepared.span).declaration(result, unit.doc)
            astray = any(line.astray for line in lines)
            if (damaged or astray) and isinstance(declaration, Neuron):
                return replace(declaration, damaged=True)
            return declaration
        row, problem = _explain(prepared, result)
        if not (damaged and _emptied(unit.lines, lines, row)):
            sink.add(problem)
        lines, damaged = _without(lines, row), True
    return None


def _emptied(original: list[LogicalLine], lines: list[LogicalLine], row: int) -> bool:
    """Whether the line at `row` lost its block to an earlier repair: no mistake of its own."""
    line = lines[row]
    had = original.index(line) + 1
    has_block = row + 1 < len(lines) and lines[row + 1].level > line.level
    return not has_block and had < len(original) and original[had].level > line.level


def _without(lines: list[LogicalLine], row: int) -> list[LogicalLine]:
    """The lines without the one at `row` and its block; a header goes with all of it."""
    end = row + 1
    while end < len(lines) and lines[end].level > lines[row].level:
        end += 1
    return lines[:row] + lines[end:]


def _explain(prepared: Prepared, failure: Failure) -> tuple[int, Diagnostic]:
    """The line to leave out, and what to say."""
    text, position = prepared.text, max(0, failure.position)
    # A failure before a line is one behind the line above it.
    while position > 0 and position < len(text) and text[position] in INDENT + DEDENT:
        position -= 1
    row = prepared.line_at(position)
    found, length = _found(text, position)
    span = prepared.span(position, position + length)
    failed = failure.expected
    word = found.strip("`")
    if word in ("else", "elif") and "COLON" not in failed:
        before = prepared.lines[row - 1] if row else None
        place = Span(prepared.source, before.start, before.end) if before is not None else None
        return row, ElseWithoutIf(span, word, place)
    if "IDENT" in failed and word in RESERVED and not failed & {"IN", "OUT"}:
        return row, ReservedWord(span, word)
    if {"IMPL", "GRAPH"} <= failed and word.isidentifier():
        return row, UnknownSection(span, word)
    if "ARROW" in failed and (word.isidentifier() or word == "(") and "COMMA" not in failed:
        return row, MissingArrow(span)
    if word in ("==", "!=", "<", ">", "<=", ">="):
        return row, ChainedComparison(span)
    return row, UnexpectedToken(span, found, _expected(failed))


def _found(text: str, position: int) -> tuple[str, int]:
    """What stands at a place, for a message, and how long it is."""
    if position >= len(text) or text[position] in "\n" + INDENT + DEDENT:
        return "the end of the line", 1
    end = position + 1
    if text[position].isalnum() or text[position] == "_":
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
    elif text[position : position + 2] in ("->", "=>", "==", "!=", "<=", ">=", "&&", "||"):
        end = position + 2
    return f"`{text[position:end]}`", end - position


def _expected(failed: frozenset[str]) -> tuple[str, ...]:
    told = dict.fromkeys(
        description for token, description in DESCRIPTIONS.items() if token in failed
    )
    if "a name" in told and "a number" in told:
        for specific in ("a name", "a number", "a string", "`[`", "`(`", "an operator"):
            told.pop(specific, None)
        told["a value"] = None
    return tuple(told)[:6]
