"""Marks below a line of source, and the labels that hang from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from itertools import groupby
from typing import NamedTuple

from neuroscript.diagnostics.cells import fold, width


class Tint(Enum):
    """What a character belongs to, and so which colour it gets."""

    SOURCE = auto()
    PRIMARY = auto()
    """The place that a diagnostic is about."""
    SECONDARY = auto()
    """A place that explains it."""


Paint = Callable[[str, Tint], str]


class Mark(NamedTuple):
    """The cells `start <= x < end` of a line, and what to say about them."""

    start: int
    end: int
    text: str
    tint: Tint

    @property
    def sign(self) -> str:
        return "^" if self.tint is Tint.PRIMARY else "-"


class Row:
    """One row of the screen, written cell by cell; what is written later lies on top."""

    def __init__(self) -> None:
        self._cells: dict[int, tuple[str, Tint]] = {}

    def put(self, at: int, text: str, tint: Tint) -> None:
        self._cells.update((at + i, (character, tint)) for i, character in enumerate(text))

    def moved(self, cells: int) -> Row:
        """The same row further right."""
        row = Row()
        row._cells = {at + cells: cell for at, cell in self._cells.items()}
        return row

    def draw(self, paint: Paint) -> str:
        blank = (" ", Tint.SOURCE)
        row = (self._cells.get(at, blank) for at in range(max(self._cells, default=-1) + 1))
        runs = groupby(row, key=lambda cell: cell[1])
        drawn = (paint("".join(character for character, _ in run), tint) for tint, run in runs)
        return "".join(drawn).rstrip()


def rows_below(marks: Iterable[Mark], room: int) -> list[Row]:
    """The marks on one row, then their labels, each below its own mark.

    The label of the mark that ends the row stands beside it. Where marks overlap, the shorter
    lies on top.

    >>> outer, inner = Mark(0, 9, "takes 2", Tint.PRIMARY), Mark(7, 8, "2 here", Tint.SECONDARY)
    >>> for row in rows_below([outer, inner], 40):
    ...     print(row.draw(lambda text, tint: text))
    ^^^^^^^-^ takes 2
           |
           2 here
    """
    marks = list(dict.fromkeys(marks))
    owners: dict[int, Mark] = {}
    for mark in sorted(marks, key=lambda m: (m.start - m.end, m.tint is Tint.PRIMARY)):
        owners.update(dict.fromkeys(range(mark.start, mark.end), mark))
    row = Row()
    for at, mark in owners.items():
        row.put(at, mark.sign, mark.tint)
    hanging = [mark for mark in marks if mark.text]
    last = max(owners)
    for mark in hanging:
        if mark[:2] == owners[last][:2] and last + 2 + width(mark.text) <= room:
            row.put(last + 2, mark.text, mark.tint)
            hanging.remove(mark)
            break
    first_seen = {mark: at for at, mark in sorted(owners.items(), reverse=True)}
    return [row, *_hang({mark: first_seen.get(mark, mark.start) for mark in hanging}, room)]


def _hang(anchors: dict[Mark, int], room: int) -> list[Row]:
    """Labels from right to left, each on rows of its own, tied to its mark by a bar."""
    waiting = sorted(anchors, key=lambda mark: (-anchors[mark], mark.tint is not Tint.PRIMARY))
    if not waiting:
        return []
    rows = [_bars(waiting, anchors)]
    while waiting:
        mark, *waiting = waiting
        left = [other for other in waiting if anchors[other] < anchors[mark]]
        clear = anchors[left[0]] + 2 if left else 0
        start = max(clear, min(anchors[mark], room - width(mark.text)))
        for text in fold(mark.text, room - start):
            row = _bars(left, anchors)
            row.put(start, text, mark.tint)
            rows.append(row)
    return rows


def _bars(marks: Sequence[Mark], anchors: dict[Mark, int]) -> Row:
    row = Row()
    for mark in reversed(marks):
        row.put(anchors[mark], "|", mark.tint)
    return row
