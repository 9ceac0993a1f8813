"""The formatted text as it grows: statements, their comments, blank lines between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from neuroscript.language.syntax.format.comments import Comment, Notes
from neuroscript.language.syntax.format.pieces import Note, Piece, Row, fold

_GAP = 2
"""Blanks between a line and the comment behind it, at least."""


class Page:
    """Takes statements in the order of the source and brings their comments along."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.rows: list[Row] = []
        self._waiting = notes.own[::-1]
        """Comments on lines of their own that have not been written, the next one last."""
        self._reached = -1
        """Index of the logical line that was last begun."""
        self._opening = True
        """Whether a block has just been opened, so that no empty line may follow."""
        self._apart = False
        """Whether an empty line is to follow."""

    @property
    def text(self) -> str:
        return "".join(f"{row}\n" for row in _aligned(self.rows))

    def statement(self, piece: Piece, indent: int, start: int) -> None:
        """Write what begins at `start` in the source, or is a part of a line that does."""
        i = self.notes.line_at(start)
        note: Note | None = None
        if i > self._reached:
            while self._waiting and self._waiting[-1].after < i:
                self._comment(self._waiting.pop(), indent)
            self._separate(self.notes.blank_before(self.notes.lines[i].start))
            self._reached = i
            note = self.notes.trailing.get(i)
        *rows, last = fold(piece, indent)
        self.rows += (*rows, replace(last, note=note))
        self._opening = self._apart = False

    def open_block(self) -> None:
        """What follows is deeper than what stands above."""
        self._opening = True

    def close_block(self, start: int, indent: int) -> None:
        """Write the comments at the end of the block whose first line began at `start`.

        A block that was part of a longer line in the source has none.
        """
        if not self.notes.begins_line(start):
            return
        level = self.notes.level(start)
        while self._waiting and self._waiting[-1].after <= self._reached:
            if self._waiting[-1].level < level:
                break
            self._comment(self._waiting.pop(), indent)

    def close(self) -> None:
        """Write the comments at the end of the text."""
        while self._waiting:
            self._comment(self._waiting.pop(), 0)

    def keep_apart(self) -> None:
        """An empty line comes before what follows."""
        self._apart = True

    def _comment(self, comment: Comment, indent: int) -> None:
        self._separate(comment.blank_before)
        self.rows.append(Row(indent, comment.text, is_comment=True))
        self._opening = comment.is_doc
        self._apart = False

    def _separate(self, wanted: bool) -> None:
        if (wanted or self._apart) and not self._opening:
            self.rows.append(Row(0, ""))


def _aligned(rows: list[Row]) -> Iterator[str]:
    """The rows as text; comments below each other stay so if the text leaves them the room."""
    noted = [row for row in rows if row.note is not None]
    kept = {
        id(row)
        for pair in pairwise(noted)
        if len({row.note.column for row in pair if row.note}) == 1
        and all(row.note and row.note.column >= row.end + _GAP for row in pair)
        for row in pair
    }
    for row in rows:
        text = " " * row.indent + row.text if row.text else ""
        if row.note is not None:
            column = row.note.column if id(row) in kept else 0
            text = text.ljust(max(column, row.end + _GAP)) + row.note.text
        yield text
