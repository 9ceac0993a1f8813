"""Indentation: how deep each logical line stands, and whether blocks are where they have to be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from neuroscript.diagnostics import Sink, Source, Span
from neuroscript.language.syntax.errors import MissingBody, MissingColon, WrongIndentation
from neuroscript.language.syntax.logical_line import LogicalLine
from neuroscript.language.syntax.scanner import ScannedLine
from neuroscript.language.syntax.tokens import SECTIONS

_LONE_SOURCE = re.compile(r"[A-Za-z_][\w.]* *->")


def indent(source: Source, scanned: Sequence[ScannedLine], sink: Sink) -> list[LogicalLine]:
    """Measure indentation: a stack of open columns, as in Python."""
    columns = [0]
    first_indent: tuple[str, Span] | None = None
    lines: list[LogicalLine] = []
    too_deep = 0  # the width of lines that are told to be deeper than they can be
    for text, start, line_start, bad in scanned:
        margin = source.text[line_start:start]
        place = Span(source, line_start, start)
        if margin and first_indent is None:
            first_indent = margin[0], place
        width = _width(margin, place, first_indent, sink)
        previous = lines[-1] if lines else None
        astray = False
        if width <= columns[-1]:
            too_deep = 0
        if width > columns[-1]:
            if previous is None:
                sink.add(_unexpected(place, None))
                width = 0
            elif not _opens_block(previous) and not text.startswith(("->", "=>")):
                if width != too_deep:
                    lines[-1] = _mend_header(source, previous, place, sink)
                if not _opens_block(lines[-1]):
                    too_deep, width, astray = width, columns[-1], True
        if width > columns[-1]:
            columns.append(width)
        while width < columns[-1]:
            columns.pop()
        if width > columns[-1]:
            sink.add(_unaligned(place, columns, previous))
            bad = True
        lines.append(LogicalLine(len(columns) - 1, text, start, bad, astray))
    return lines


def _width(margin: str, place: Span, first: tuple[str, Span] | None, sink: Sink) -> int:
    """How deep a line stands; a margin that mixes tabs and spaces is told."""
    if first is not None and margin.strip(first[0]):
        sink.add(_mixed(place, first))
        margin = margin.expandtabs(4) if first[0] == " " else margin
    return len(margin)


def _opens_block(line: LogicalLine) -> bool:
    if line.text.endswith((":", "->")):
        return True
    return line.text.endswith("]") and "=>" in line.text


def _mend_header(source: Source, line: LogicalLine, margin: Span, sink: Sink) -> LogicalLine:
    """A deeper line follows `line`, which opens no block: say so, and go on as if it did not."""
    word = line.text.split("(")[0].split(" ")[0]
    is_header = (line.level == 0 and word == "neuron") or (
        line.level == 1 and word in SECTIONS and "->" not in line.text
    )
    if is_header and not line.bad:
        sink.add(MissingColon(Span(source, line.end, line.end + 1), line.text))
        return replace(line, text=line.text + ":")
    if not line.bad:
        sink.add(_unexpected(margin, Span(source, line.start, line.end)))
    return line


def _mixed(span: Span, first: tuple[str, Span]) -> WrongIndentation:
    kind = "tabs" if first[0] == "\t" else "spaces"
    return WrongIndentation(
        span,
        "tabs and spaces are mixed in the indentation",
        f"this file is indented with {kind}",
        first[1],
        f"the first indented line uses {kind}",
    )


def _unexpected(span: Span, before: Span | None) -> WrongIndentation:
    return WrongIndentation(
        span,
        "this line is indented, but no block is open here",
        "end the line before in `:` or `->`, or start this one with `->`",
        before,
        "this line opens no block",
    )


def _unaligned(span: Span, columns: list[int], before: LogicalLine | None) -> WrongIndentation:
    open_columns = ", ".join(str(column) for column in columns)
    return WrongIndentation(
        span,
        "indentation fits no open block",
        f"indent by one of: {open_columns}",
        Span(span.source, before.start, before.end) if before else None,
        "the line before",
    )


def check_bodies(source: Source, lines: list[LogicalLine], sink: Sink) -> None:
    """A line that ends in `:`, and one that is only a source and an arrow, needs a block."""
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else None
        if following is not None and following.level > line.level:
            continue
        lone_source = _LONE_SOURCE.fullmatch(line.text)
        if (line.text.endswith(":") or lone_source) and not line.bad:
            sink.add(MissingBody(Span(source, line.start, line.end)))
            lines[i] = replace(line, bad=True)
