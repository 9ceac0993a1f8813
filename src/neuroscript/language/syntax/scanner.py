"""One pass over the characters of a text: tokens, comments and brackets, into logical lines.

It finds what is wrong with single characters, numbers, strings and brackets, and joins lines
inside brackets. The text of a logical line has one character for each character of the source,
so places map back by addition.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from neuroscript.diagnostics import Diagnostic, Sink, Source, Span
from neuroscript.language.syntax.errors import Malformed, Unbalanced
from neuroscript.language.syntax.foreign import foreign_character, foreign_operator
from neuroscript.language.syntax.literals import string_end, wrong_escapes, wrong_number

_TOKEN = re.compile(
    r"""
    (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<blank>[ \t]+)
  | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
  | (?P<newline>\r?\n|\r)
  | (?P<open>[(\[])
  | (?P<close>[)\]])
  | (?P<doc>///[^\n]*)
  | (?P<comment>\#[^\n]*)
  | (?P<string>["'`])
  | (?P<wrong>//|\*\*|===|!==|<>|<-|~>|&(?!&)|\|(?!\|)|[;{}^~?$\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f])
  | (?P<operator>->|=>|==|!=|<=|>=|&&|\|\||[-+*/%<>=!:,.@])
  | (?P<foreign>[^\x00-\x7f]+)
    """,
    re.VERBOSE,
)

_HEADER = re.compile(r"neuron\s+\w+\s*[(:]")
_WHITE = str.maketrans("\n\r", "  ")


class ScannedLine(NamedTuple):
    """A logical line as the scanner finds it."""

    text: str
    start: int
    physical_start: int
    """Offset of the first character of the physical line that it starts in."""

    bad: bool
    """Whether an error in it has been reported."""


class ScannedDoc(NamedTuple):
    """A line of documentation."""

    before: int
    """How many logical lines stand before it."""

    text: str
    start: int


class Scanner:
    """The pass over the text; `lines` grows as logical lines end."""

    def __init__(self, source: Source, start: int, end: int, sink: Sink) -> None:
        self.source = source
        self.sink = sink
        self.pos = start
        self.stop = end
        self.lines: list[ScannedLine] = []
        self.docs: list[ScannedDoc] = []
        self.brackets: list[tuple[str, int]] = []
        self.begin: int | None = None
        self.finish = start
        self.line_start = start
        self.physical_start = start
        self.blanks: list[tuple[int, int]] = []
        self.bad = False
        self.previous = ""

    def span(self, start: int, end: int) -> Span:
        return Span(self.source, start, end)

    def run(self) -> None:
        text, match = self.source.text, _TOKEN.match
        while self.pos < self.stop and not self.sink.full:
            token = match(text, self.pos, self.stop)
            assert token is not None  # the alternatives take every character
            kind = token.lastgroup
            start, end = token.span()
            self.pos = end
            if kind == "blank":
                if "\t" in token.group():
                    self.blanks.append((start, end))
                continue
            if kind == "newline":
                self.newline(start, end)
                continue
            if kind == "comment" or kind == "doc":
                self.blanks.append((start, end))
                if kind == "doc":
                    line = token.group()[3:].removeprefix(" ").rstrip()
                    self.docs.append(ScannedDoc(len(self.lines), line, start))
                continue
            if self.begin is None:
                self.begin, self.line_start = start, self.physical_start
            if kind == "word" or kind == "operator":
                self.previous = token.group()
            else:
                self.token(str(kind), token.group(), start, end)
            if self.pos > self.finish:
                self.finish = self.pos
        self.close_line()

    def newline(self, start: int, end: int) -> None:
        self.physical_start = end
        if self.brackets and self.declaration_starts(end):
            self.unclosed(self.span(end, end + 1))
        if self.brackets:
            self.blanks.append((start, end))
        else:
            self.close_line()

    def declaration_starts(self, offset: int) -> bool:
        return _HEADER.match(self.source.text, offset) is not None

    def close_line(self) -> None:
        if self.brackets:
            self.unclosed(None)
        if self.begin is not None:
            line = ScannedLine(self.line_text(), self.begin, self.line_start, self.bad)
            self.lines.append(line)
        self.begin, self.bad, self.previous = None, False, ""
        self.blanks.clear()

    def line_text(self) -> str:
        """The logical line, with blanks for comments, tabs between tokens, newlines in brackets."""
        assert self.begin is not None
        pieces: list[str] = []
        done = self.begin
        for start, end in self.blanks:
            if done <= start < self.finish:
                pieces += self.source.text[done:start], " " * (end - start)
                done = end
        text = "".join([*pieces, self.source.text[done : self.finish]])[: self.finish - self.begin]
        return text.translate(_WHITE)

    def token(self, kind: str, text: str, start: int, end: int) -> None:
        match kind:
            case "open":
                self.brackets.append((text, start))
            case "close":
                self.closing(text, start)
            case "number":
                self.number(start, end)
            case "string":
                self.string(start)
            case "wrong":
                self.wrong(start, end)
            case _:
                self.tell(foreign_character(self.span(start, start + 1)))
        self.previous = text

    def closing(self, text: str, start: int) -> None:
        here = self.span(start, start + 1)
        if not self.brackets:
            if not self.bad:
                self.sink.add(Unbalanced(here, text, None))
            self.bad = True
            return
        bracket, offset = self.brackets.pop()
        if (bracket == "(") != (text == ")"):
            self.tell(Unbalanced(self.span(offset, offset + 1), bracket, here))

    def unclosed(self, before: Span | None) -> None:
        """Tell that the first open bracket has no end; one should stand `before` a declaration."""
        bracket, offset = self.brackets[0]
        self.tell(Unbalanced(self.span(offset, offset + 1), bracket, before))
        self.brackets.clear()

    def number(self, start: int, end: int) -> None:
        index = self.previous == "."  # `x.0`
        wrong = wrong_number(self.source, start, end, self.stop, index)
        if wrong is not None:
            self.tell(wrong)
            self.pos = wrong.span.end

    def string(self, start: int) -> None:
        found = string_end(self.source, start, self.stop)
        if isinstance(found, Malformed):
            self.tell(found)
            self.pos = found.span.end
            return
        self.pos = found
        for wrong in wrong_escapes(self.source, start, found):
            self.tell(wrong)

    def wrong(self, start: int, end: int) -> None:
        operator = foreign_operator(self.span(start, end))
        self.tell(operator)
        if operator.span.text == "//":
            line_end = self.source.text.find("\n", start, self.stop)
            self.pos = self.stop if line_end < 0 else line_end
            self.blanks.append((start, self.pos))

    def tell(self, problem: Diagnostic) -> None:
        self.sink.add(problem)
        self.bad = True
