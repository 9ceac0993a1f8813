"""From characters to logical lines: comments, brackets, indentation.

One linear pass over the text. It finds what is wrong with single characters, numbers, strings
and brackets, joins lines inside brackets, measures indentation, and splits the file into units,
one for each declaration at column 0. The text of a logical line has one character for each
character of the source, so places map back by addition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from math import isinf

from neuroscript.diagnostics import Sink, Source, Span
from neuroscript.language.syntax.ast import Doc
from neuroscript.language.syntax.errors import (
    Malformed,
    MissingBody,
    MissingColon,
    NonAscii,
    Unbalanced,
    UnknownOperator,
    WrongIndentation,
)
from neuroscript.language.syntax.tokens import SECTIONS

INDENT, DEDENT = "\x0e", "\x0f"

MAX_DIGITS = 1000
"""Of a number; sizes have twenty."""


@dataclass(frozen=True, slots=True)
class LogicalLine:
    level: int
    """How many blocks it stands in; 0 at column 0."""

    text: str
    """From its first to its last token; comments and inner newlines are blanks."""

    start: int
    """Offset of its first token in the source."""

    bad: bool = False
    """Whether an error in it has been reported, so that it is not parsed."""

    astray: bool = False
    """Whether it is deeper than it can be: what it goes on from is anyone's guess."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(slots=True)
class Unit:
    """A line at column 0 with the deeper lines below it, and the documentation before it."""

    lines: list[LogicalLine] = field(default_factory=list)
    doc: Doc | None = None


@dataclass(slots=True)
class Layout:
    units: list[Unit]
    stray_docs: list[Doc]


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
  | (?P<rest>.)
    """,
    re.VERBOSE,
)

_STRINGS = {
    "`": re.compile(r"`[^`\n]*`"),
    '"': re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    "'": re.compile(r"'(?:[^'\\\n]|\\.)*'"),
}
_HEADER = re.compile(r"neuron\s+\w+\s*[(:]")
_TAIL = re.compile(r"[A-Za-z0-9_]+|\.(?![0-9A-Za-z_])")
_LONE_SOURCE = re.compile(r"[A-Za-z_][\w.]* *->")
_NEURON = re.compile(r"neuron\b")
_WHITE = str.maketrans("\n\r", "  ")
_ESCAPE = re.compile(r"\\(?:[\\\"'ntr0]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|(.))", re.DOTALL)

_ADVICE = {
    "//": "`#` starts a comment",
    "**": "write the product out: `n * n`",
    "===": "write `==`",
    "!==": "write `!=`",
    "<>": "write `!=`",
    "<-": "connections run from left to right: `in -> out`",
    "~>": "write `->`",
    "&": "write `&&` or `and`",
    "|": "write `||` or `or`",
    "~": "write `!` or `not`",
    ";": "start a new line",
    "{": "blocks are made by indentation",
    "}": "blocks are made by indentation",
    "\\": "put long lines into brackets, or start the next one with `->`",
}
_LOOK_ALIKES = {
    "→": "->", "⇒": "=>", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "—": "-",
    "≤": "<=", "≥": ">=", "≠": "!=", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
    "，": ",", "：": ":", "（": "(", "）": ")", "［": "[", "］": "]", "\u00a0": "a blank",
}  # fmt: skip


class _Scanner:
    """The pass over the text; `lines` grows as logical lines end."""

    def __init__(self, source: Source, start: int, end: int, sink: Sink) -> None:
        self.source = source
        self.sink = sink
        self.pos = start
        self.stop = end
        self.lines: list[tuple[str, int, int, bool]] = []
        """Text, offset, offset of the first character of its physical line, bad."""
        self.docs: list[tuple[int, str, int]] = []
        """How many logical lines stood before, text, offset."""
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
            assert token is not None  # the last alternative takes anything
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
            if kind == "comment":
                self.blanks.append((start, end))
                continue
            if kind == "doc":
                self.blanks.append((start, end))
                body = token.group()[3:]
                self.docs.append((len(self.lines), body.removeprefix(" ").rstrip(), start))
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
            bracket, offset = self.brackets[0]
            self.sink.add(
                Unbalanced(self.span(offset, offset + 1), bracket, self.span(end, end + 1))
            )
            self.bad = True
            self.brackets.clear()
        if self.brackets:
            self.blanks.append((start, end))
        else:
            self.close_line()

    def declaration_starts(self, offset: int) -> bool:
        return _HEADER.match(self.source.text, offset) is not None

    def close_line(self) -> None:
        if self.brackets:
            bracket, offset = self.brackets[0]
            self.sink.add(Unbalanced(self.span(offset, offset + 1), bracket, None))
            self.bad = True
            self.brackets.clear()
        if self.begin is not None:
            self.lines.append((self.line_text(), self.begin, self.line_start, self.bad))
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
                self.number(text, start, end)
            case "string":
                self.string(text, start)
            case "wrong":
                self.wrong(text, start, end)
            case "foreign":
                character = text[0]
                alike = _LOOK_ALIKES.get(character)
                self.sink.add(NonAscii(self.span(start, start + 1), character, alike))
                self.bad = True
            case _:
                pass
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
            self.sink.add(Unbalanced(self.span(offset, offset + 1), bracket, here))
            self.bad = True

    def number(self, text: str, start: int, end: int) -> None:
        source = self.source.text
        index = self.previous == "."  # `x.0`
        tail = _TAIL.match(source, end, self.stop)
        if tail and not (index and tail.group() == "."):
            self.pos = tail.end()
            whole = source[start : tail.end()]
            advice = f"write `{text}.0`" if tail.group() == "." else "names start with a letter"
            self.malformed(start, tail.end(), f"`{whole}` is not a number", advice)
        elif index and not (source[start - 2 : start - 1].isalnum() or source[start - 2] in "_])"):
            fraction = f"`.{text}` is not a number"
            self.malformed(start - 1, end, fraction, f"write `0.{text}`")
        elif len(text) > MAX_DIGITS:
            problem = f"a number of {len(text)} digits is larger than any size can be"
            self.malformed(start, end, problem, f"{MAX_DIGITS} digits are read")
        elif not text.isdigit() and isinf(float(text)):
            self.malformed(start, end, f"`{text}` is larger than floats can be", "1e308 is read")

    def string(self, quote: str, start: int) -> None:
        found = _STRINGS[quote].match(self.source.text, start, self.stop)
        if found is None:
            line_end = self.source.text.find("\n", start)
            end = len(self.source.text) if line_end < 0 else line_end
            self.pos = end
            self.malformed(start, end, "string without an end", f"close it with `{quote}`")
            return
        self.pos = found.end()
        if quote == "`":
            return
        for escape in _ESCAPE.finditer(found.group()):
            if escape.group(1) is not None:
                at = start + escape.start()
                known = r"escapes are \\ \" \' \n \t \r \0 \xHH \uHHHH; `raw` strings have none"
                shown = f"`\\{escape.group(1)}` is not an escape"
                self.malformed(at, at + 2, shown, known, self.span(start, start + 1))

    def malformed(
        self, start: int, end: int, problem: str, advice: str, opening: Span | None = None
    ) -> None:
        self.sink.add(Malformed(self.span(start, end), problem, advice, opening))
        self.bad = True

    def wrong(self, text: str, start: int, end: int) -> None:
        shown = text if text.isprintable() else f"\\x{ord(text):02x}"
        advice = _ADVICE.get(text, "remove it")
        self.sink.add(UnknownOperator(self.span(start, end), shown, advice))
        self.bad = True
        if text == "//":
            line_end = self.source.text.find("\n", start, self.stop)
            self.blanks.append((start, self.stop if line_end < 0 else line_end))
            self.pos = self.stop if line_end < 0 else line_end


def lay_out(source: Source, sink: Sink, start: int = 0, end: int | None = None) -> Layout:
    """Split a text, or the part `start <= i < end` of it, into units of logical lines."""
    if source.text.startswith("\ufeff") and start == 0:
        start = 1
    scanner = _Scanner(source, start, len(source.text) if end is None else end, sink)
    scanner.run()
    lines = _levels(scanner, sink)
    _check_bodies(source, lines, sink)
    return _split(scanner, lines)


def _levels(scanner: _Scanner, sink: Sink) -> list[LogicalLine]:
    """Measure indentation: a stack of open columns, as in Python."""
    source, columns = scanner.source, [0]
    first_indent: tuple[str, Span] | None = None
    lines: list[LogicalLine] = []
    too_deep = 0  # the width of lines that are told to be deeper than they can be
    for text, start, line_start, bad in scanner.lines:
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


def _check_bodies(source: Source, lines: list[LogicalLine], sink: Sink) -> None:
    """A line that ends in `:`, and one that is only a source and an arrow, needs a block."""
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else None
        if following is not None and following.level > line.level:
            continue
        lone_source = _LONE_SOURCE.fullmatch(line.text)
        if (line.text.endswith(":") or lone_source) and not line.bad:
            sink.add(MissingBody(Span(source, line.start, line.end)))
            lines[i] = replace(line, bad=True)


def _split(scanner: _Scanner, lines: list[LogicalLine]) -> Layout:
    """Lines into units, documentation to the next neuron."""
    layout = Layout([], [])
    docs, given = scanner.docs, 0
    for i, line in enumerate(lines):
        if line.level == 0 or not layout.units:
            layout.units.append(Unit())
            if _NEURON.match(line.text):
                first = given
                while given < len(docs) and docs[given][0] <= i:
                    given += 1
                layout.units[-1].doc = _doc(scanner.source, docs[first:given])
        layout.units[-1].lines.append(line)
    stray = _doc(scanner.source, docs[given:])
    if stray is not None:
        layout.stray_docs.append(stray)
    return layout


def _doc(source: Source, docs: list[tuple[int, str, int]]) -> Doc | None:
    if not docs:
        return None
    last = docs[-1]
    end = source.text.find("\n", last[2])
    return Doc(
        tuple(text for _, text, _ in docs),
        Span(source, docs[0][2], len(source.text) if end < 0 else end),
    )
