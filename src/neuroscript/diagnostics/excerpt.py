"""The lines of a source that labels are about, with the labels below them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from neuroscript.diagnostics.cells import Line, clean, shown
from neuroscript.diagnostics.diagnostic import Label
from neuroscript.diagnostics.marks import Mark, Row, Tint, rows_below
from neuroscript.diagnostics.source import Source

SHOWN_WHOLE = 5
"""A label over more lines than this is shown by its first and last two."""


class Left(NamedTuple):
    """What stands left of a row: a line number, nothing, or dots for lines left out."""

    number: int | None = None
    dots: bool = False


def excerpt(
    source: Source, labels: Sequence[Label], primary: Label, room: int
) -> Iterator[tuple[Left, Row]]:
    """The rows of an excerpt, at most `room` cells wide if the labels can be broken so."""
    pieces, blocks = _split(labels, primary)
    indent = 2 * (1 + max((block.lane for block in blocks), default=-1))
    page = _Page(source, blocks, indent, room - indent)
    wanted = {piece.line for piece in pieces}
    wanted.update(number for block in blocks for number in block.lines())
    previous: int | None = None
    for number in sorted(wanted):
        if previous is not None and number > previous + 1:
            if number == previous + 2:
                yield from page.line(previous + 1, [])
            else:
                yield Left(dots=True), page.lanes(previous)
        yield from page.line(number, [piece for piece in pieces if piece.line == number])
        previous = number


@dataclass(frozen=True, slots=True)
class _Piece:
    """Columns of one line, counted from 0, and what to say about them."""

    line: int
    start: int
    end: int
    text: str
    tint: Tint


@dataclass(frozen=True, slots=True)
class _Block:
    """A label over several lines: a lane to their left that joins its first character and last."""

    head: _Piece
    tail: _Piece
    lane: int
    indented: bool
    """Whether only blanks stand before its first character, so that the lane says enough."""

    def lines(self) -> Iterable[int]:
        first, last = self.head.line, self.tail.line
        whole = last - first < SHOWN_WHOLE
        return range(first, last + 1) if whole else (first, first + 1, last - 1, last)


def _split(labels: Sequence[Label], primary: Label) -> tuple[list[_Piece], list[_Block]]:
    """Labels within a line, and those over several, each with a lane free for all its lines."""
    pieces: list[_Piece] = []
    blocks: list[_Block] = []
    for label in sorted(labels, key=lambda label: (label.span.start, -label.span.end)):
        span, text = label.span, clean(label.text)
        tint = Tint.PRIMARY if label is primary else Tint.SECONDARY
        line, start = span.line, span.column - 1
        if span.end_line == line:
            pieces.append(_Piece(line, start, start + max(1, span.end - span.start), text, tint))
            continue
        head = _Piece(line, start, start + 1, "", tint)
        end_line, end = span.source.position(span.end - 1)
        tail = _Piece(end_line, end - 1, end, text, tint)
        taken = {block.lane for block in blocks if block.tail.line >= line}
        lane = next(lane for lane in range(len(blocks) + 1) if lane not in taken)
        indented = not span.source.line_text(line)[:start].strip()
        blocks.append(_Block(head, tail, lane, indented))
    return pieces, blocks


@dataclass(frozen=True, slots=True)
class _Page:
    source: Source
    blocks: Sequence[_Block]
    indent: int
    """The cells that lanes take."""
    room: int

    def line(self, number: int, pieces: Sequence[_Piece]) -> Iterator[tuple[Left, Row]]:
        """A line of source, and what is to be said about it."""
        heads = [block for block in self.blocks if block.head.line == number]
        tails = [block for block in self.blocks if block.tail.line == number]
        ends = [*(block.head for block in heads), *(block.tail for block in tails)]
        window = _Window(shown(self.source.line_text(number)), [*pieces, *ends], self.room)
        row = self.lanes(number - 1)
        for block in heads:
            if block.indented:
                row.put(2 * block.lane, "/", block.head.tint)
        row.put(self.indent, window.text, Tint.SOURCE)
        yield Left(number), row
        running = [b for b in self.blocks if b.head.line < number <= b.tail.line]
        running += [block for block in heads if block.indented]
        if pieces:
            for row in rows_below(map(window.mark, pieces), self.room):
                yield Left(), self.beside(row, running)
        for block in reversed(tails):
            yield Left(), self.joined(block, window.mark(block.tail), running)
            running.remove(block)
        for block in heads:
            if not block.indented:
                yield Left(), self.joined(block, window.mark(block.head), running)
                running.append(block)

    def lanes(self, after: int) -> Row:
        """The lanes of the blocks that go on below a line."""
        going_on = [b for b in self.blocks if b.head.line <= after < b.tail.line]
        return self.beside(Row(), going_on)

    def beside(self, row: Row, running: Sequence[_Block]) -> Row:
        """The row, moved right of the lanes."""
        row = row.moved(self.indent)
        for block in running:
            row.put(2 * block.lane, "|", block.head.tint)
        return row

    def joined(self, block: _Block, mark: Mark, running: Sequence[_Block]) -> Row:
        """A line from the lane of a block to a mark of its own."""
        row, lane = Row(), 2 * block.lane
        row.put(lane + 1, "_" * (self.indent + mark.start - lane - 1), mark.tint)
        row.put(self.indent + mark.start, f"{mark.sign} {mark.text}".rstrip(), mark.tint)
        for other in running:
            row.put(2 * other.lane, "|", other.head.tint)
        return row


class _Window:
    """The part of a line that fits the screen, with the places that matter in it."""

    def __init__(self, line: Line, pieces: Sequence[_Piece], room: int) -> None:
        self.line, self.shift, total = line, 0, line.cells[-1]
        places = [line.place(piece.start, piece.end) for piece in pieces]
        end = max((place[1] for place in places), default=0)
        if total > room and end >= room:
            start = min(place[0] for place in places)
            if end - start > room - 2:
                first = next((p for p in pieces if p.tint is Tint.PRIMARY), pieces[0])
                start, end = line.place(first.start, first.end)
                end = min(end, start + room - 2)
            self.shift = min(max(0, start - (room - end + start) // 2), total - room)
        self.width = min(total - self.shift, room)
        stop = self.shift + self.width
        before, after = "…" * (self.shift > 0), "…" * (stop < total)
        self.text = before + line.cut(self.shift + len(before), stop - len(after)) + after

    def mark(self, piece: _Piece) -> Mark:
        """Where a piece stands in the window; at least one cell of it."""
        start, end = self.line.place(piece.start, piece.end)
        first = min(max(start - self.shift, 0), self.width)
        last = min(end - self.shift, self.width)
        return Mark(first, max(last, first + 1), piece.text, piece.tint)
