"""Texts that users write, and places in them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """One text a user wrote: a `.ns` file, a config, a data file, or a string.

    Sources compare by identity, so two files with equal text stay apart.

    >>> source = Source("xor.ns", "neuron XOR:\\n    in: [batch, 2]\\n")
    >>> source.position(16)
    (2, 5)
    >>> source.line_text(2)
    '    in: [batch, 2]'
    """

    name: str
    """What messages call it: usually the path as the user gave it."""

    text: str
    path: Path | None = None
    """Where it was read from; None for text that never was a file."""

    first_line: int = 1
    """Number of the first line of `text`, for an excerpt of a longer file."""

    _starts: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0]
        starts.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")
        object.__setattr__(self, "_starts", starts)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of a character offset, both counted from 1."""
        row = bisect_right(self._starts, offset) - 1
        return row + self.first_line, offset - self._starts[row] + 1

    def line_text(self, line: int) -> str:
        """The text of a line (counted from 1) without its line ending."""
        row = line - self.first_line
        if not 0 <= row < len(self._starts):
            return ""
        end = self._starts[row + 1] - 1 if row + 1 < len(self._starts) else len(self.text)
        return self.text[self._starts[row] : end].removesuffix("\r")

    def line_span(self, line: int) -> Span:
        """The span of a line's text, without its indentation."""
        text = self.line_text(line)
        start = self._starts[line - self.first_line]
        return Span(self, start + len(text) - len(text.lstrip()), start + len(text))

    def at(self, line: int, column: int, length: int = 1) -> Span:
        """The span of `length` characters at a line and column counted from 1."""
        start = self._starts[line - self.first_line] + column - 1
        return Span(self, start, start + length)


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start <= i < end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.start)[1]

    @property
    def end_line(self) -> int:
        return self.source.position(max(self.start, self.end - 1))[0]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(self.source, self.start, max(self.end, other.end))

    def __repr__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"
