"""Rails: columns, each taken by a tensor from where it is made to where it is last read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

RAIL = "│"
ARRIVING = -1
"""What is in a column that has been led somewhere, until a node stands there."""


@dataclass(frozen=True, slots=True)
class Node:
    """What stands on a line: a port or a step, with what is inside it below."""

    mark: str
    label: str
    takes: tuple[int, ...]
    gives: tuple[int, ...]
    shapes: str = ""
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A line, taken apart for alignment."""

    rails: str
    label: str = ""
    shapes: str = ""


class Rails:
    """Lays nodes out, one below the other."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.last = {tensor: i for i, node in enumerate(nodes) for tensor in node.takes}
        self.columns: list[int | None] = []
        """The tensor in each column."""

    def rows(self) -> Iterator[Row]:
        for position, node in enumerate(self.nodes):
            yield from self.bring_together(position, node)
            column = self.place(position, node)
            yield Row(self.rails(column, node.mark), node.label, node.shapes)
            yield from (Row(self.rails(column, RAIL), f"  {line}") for line in node.inside)
            yield from self.hand_out(column, node)

    def place(self, position: int, node: Node) -> int:
        """The column of a node; what it takes for the last time leaves the columns."""
        column = self.meeting
        for tensor in (*node.takes, ARRIVING):
            if self.last.get(tensor, position) == position and tensor in self.columns:
                self.columns[self.columns.index(tensor)] = None
        return self.free(0) if column is None else column

    def bring_together(self, position: int, node: Node) -> Iterator[Row]:
        """Lines that lead what a node takes to one column."""
        self.meeting: int | None = None
        known = [tensor for tensor in node.takes if tensor in self.columns]
        if not known:
            return
        ends = [t for t in known if self.last[t] == position]
        if ends:
            self.meeting = min(self.columns.index(tensor) for tensor in ends)
        else:
            first = self.columns.index(known[0])
            self.meeting = self.free(first + 1)
        for tensor in known:
            column = self.columns.index(tensor)
            if column != self.meeting:
                yield Row(self.turn(column, self.meeting, stays=self.last[tensor] > position))
                if self.last[tensor] == position:
                    self.columns[column] = None
                if not self.taken(self.meeting):
                    self.put(self.meeting, ARRIVING)

    def hand_out(self, column: int, node: Node) -> Iterator[Row]:
        """Lines that lead what a node gives to columns of their own."""
        read = [tensor for tensor in node.gives if tensor in self.last]
        for i, tensor in enumerate(read):
            if i == 0:
                self.put(column, tensor)
                continue
            other = self.free(column + 1)
            yield Row(self.turn(column, other, stays=True))
            self.put(other, tensor)

    def free(self, start: int) -> int:
        """The first free column from one on."""
        for column in range(start, len(self.columns)):
            if self.columns[column] is None:
                return column
        return max(start, len(self.columns))

    def put(self, column: int, tensor: int) -> None:
        self.columns += [None] * (column + 1 - len(self.columns))
        self.columns[column] = tensor

    def taken(self, column: int) -> bool:
        return column < len(self.columns) and self.columns[column] is not None

    # --- characters

    def rails(self, column: int, mark: str) -> str:
        """All columns, with a mark in one."""
        count = max(column + 1, len(self.columns))
        marks = [mark if i == column else RAIL if self.taken(i) else " " for i in range(count)]
        return " ".join(marks).rstrip() + " "

    def turn(self, source: int, target: int, stays: bool) -> str:
        """A line from one column into another; `stays` says that the first goes on as well."""
        left, right = min(source, target), max(source, target)
        text = ""
        for column in range(max(right + 1, len(self.columns))):
            if column == source:
                mark = ("├" if source < target else "┤") if stays else "╰╯"[source > target]
            elif column == target:
                mark = self.arrival(source, target)
            elif left < column < right:
                mark = "┼" if self.taken(column) else "─"
            else:
                mark = RAIL if self.taken(column) else " "
            text += mark + ("─" if left <= column < right else " ")
        return text.rstrip()

    def arrival(self, source: int, target: int) -> str:
        if self.taken(target):
            return "┤" if source < target else "├"
        return "╮" if source < target else "╭"
