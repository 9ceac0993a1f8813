"""Text as a terminal shows it: wide characters, tabs, and what must not reach a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap

TAB = "    "
WITHHELD = "\N{REPLACEMENT CHARACTER}"
"""Stands for what would change the text around it: reordering, half a surrogate pair."""


def clean(text: str) -> str:
    r"""Text that is safe to print on one line: control characters are shown, not sent.

    >>> clean("red\x1b[31m")
    'red␛[31m'
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def width(text: str) -> int:
    """How many cells of a terminal a text takes.

    >>> width("a→b"), width("層")
    (3, 2)
    """
    return len(text) if text.isascii() else sum(map(_width, text))


def fold(text: str, room: int) -> list[str]:
    """A sentence in lines of at most `room` characters, broken at spaces outside of backticks.

    >>> fold("write `a -> b` or nothing", 15)
    ['write `a -> b`', 'or nothing']
    """
    if width(text) <= room:
        return [text]
    parts = text.split("`")
    parts[1::2] = [part.replace(" ", "\0") for part in parts[1::2]]
    lines = wrap("`".join(parts), max(room, 1), break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines] or [""]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source as it is shown; `cells[i]` is where its character `i` starts."""

    text: str
    cells: Sequence[int]

    def cut(self, start: int, stop: int) -> str:
        """What is shown between two cells; a space where they halve a wide character."""
        if len(self.text) == self.cells[-1]:
            return self.text[start:stop]
        taken, here = [], 0
        for character in self.text:
            after = here + _width(character)
            if start <= here and after <= stop:
                taken.append(character)
            elif start < after and here < stop:
                taken.append(" ")
            here = after
        return "".join(taken)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The cells of the characters `start <= i < end`; at least one."""
        last = len(self.cells) - 1
        first = self.cells[min(start, last)]
        return first, max(self.cells[min(end, last)], first + 1)


@lru_cache(maxsize=8)
def shown(text: str) -> Line:
    """A line of source with tabs opened and control characters made visible."""
    if text.isascii() and text.isprintable():
        return Line(text, range(len(text) + 1))
    pieces, cells = [], [0]
    for character in text:
        piece = TAB if character == "\t" else _shown(character)
        pieces.append(piece)
        cells.append(cells[-1] + width(piece))
    return Line("".join(pieces), cells)


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return WITHHELD
    return character


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
