"""How deep a declaration nests, before anything recurses into it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Source, Span
from neuroscript.language.syntax.errors import TooDeep, TooManyOperators
from neuroscript.language.syntax.logical_line import LogicalLine

MAX_DEPTH = 100
"""Of blocks, brackets, and constructs that hold others on one line, together."""

MAX_OPERATORS = 200
"""Of one value, with the values around it: the depth of its tree."""

_TOKEN = re.compile(
    r"""
    (?P<string>`[^`\n]*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | (?P<open>[(\[])
  | (?P<close>[)\]])
  | (?P<holder>(?:if|match|wrap)\b)
  | (?P<end>->|=>|=(?!=)|[,:])
  | (?P<operator>[=!<>]=|&&|\|\||[-+*/%<>!]|(?:and|or|not)\b)
  | \w+ | .
    """,
    re.VERBOSE,
)


def too_deep(source: Source, lines: Sequence[LogicalLine]) -> Diagnostic | None:
    """What is wrong if some line nests deeper than anyone can follow."""
    for line in lines:
        if line.level > MAX_DEPTH:
            first = Span(source, lines[0].start, lines[0].end)
            return TooDeep(Span(source, line.start, line.end), first)
        if line.level + len(line.text) > MAX_DEPTH:  # else it has no room for that
            found = _in_line(source, line)
            if found is not None:
                return found
    return None


def _in_line(source: Source, line: LogicalLine) -> Diagnostic | None:
    outer: list[int] = []
    """For each open bracket, the operators around it in its own value."""
    around = operators = holders = outermost = 0
    for token in _TOKEN.finditer(line.text):
        place = Span(source, line.start + token.start(), line.start + token.end())
        match token.lastgroup:
            case "open":
                outermost = outermost if outer else place.start
                outer.append(operators)
                around, operators = around + operators, 0
            case "close" if outer:
                operators = outer.pop()
                around -= operators
            case "holder":
                outermost = outermost if holders or outer else place.start
                holders += 1
            case "end":
                operators = 0
            case "operator":
                operators += 1
        if line.level + len(outer) + holders > MAX_DEPTH:
            return TooDeep(place, Span(source, outermost, outermost + 1))
        if around + operators > MAX_OPERATORS:
            return TooManyOperators(place, MAX_OPERATORS)
    return None
