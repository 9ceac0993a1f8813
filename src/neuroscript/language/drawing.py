"""The dataflow of a neuron as text: a line for each step, and a rail for each tensor on its way.

● in                                [*, seq, dim]
├─╮
│ ● norm     LayerNorm(dim)         [*, seq, dim]
│ ● mix      Linear(dim, dim)       [*, seq, dim]
├─╯
● Add()                             [*, seq, dim]
● out
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Inline,
    Instance,
    ParamCall,
    Pick,
    Rearranged,
    Region,
    Selection,
    Shared,
    Step,
    Target,
    Tensor,
    outputs_of,
)
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.syntax import ast

STEP, RAIL = "●", "│"
MAX_LABEL = 60
"""Characters of a step; more are cut off."""


@dataclass(frozen=True, slots=True)
class _Node:
    """What stands on a line: a port or a step."""

    label: str
    takes: tuple[int, ...]
    gives: tuple[int, ...]
    shapes: str = ""


def draw(inferred: Inferred) -> list[str]:
    """The lines of the drawing of a neuron with a graph; none for one without."""
    if inferred.flow is None:
        return []
    rows = list(_Rails(_nodes(inferred)).rows())
    widest = max((len(rails) + len(label) for rails, label, shapes in rows if shapes), default=0)
    lines = []
    for rails, label, shapes in rows:
        padding = " " * (widest - len(rails) - len(label) + 3)
        lines.append(f"{rails}{label}{padding}{shapes}".rstrip())
    return lines


# --- steps and ports as nodes


def _nodes(inferred: Inferred) -> list[_Node]:
    flow, definition = inferred.flow, inferred.definition
    assert flow is not None
    nodes = [
        _Node(name, (), (tensor.index,), _shapes(inferred, (tensor,)))
        for name, tensor in zip(definition.input_names, flow.inputs, strict=True)
    ]
    nodes += [_node(inferred, step) for step in flow.steps]
    nodes += [
        _Node(name, (tensor.index,), ())
        for name, tensor in zip(definition.output_names, flow.outputs, strict=True)
        if tensor is not None
    ]
    return nodes


def _node(inferred: Inferred, step: Step) -> _Node:
    outputs = outputs_of(step)
    takes = tuple(dict.fromkeys(tensor.index for tensor in _taken(step)))
    label = _cut(_label(inferred, step))
    return _Node(label, takes, tuple(t.index for t in outputs), _shapes(inferred, outputs))


def _taken(step: Step) -> list[Tensor]:
    """What a step reads, and what its branches read of what is around them."""
    match step:
        case Apply(_, inputs):
            return list(inputs)
        case Pick(source) | Rearranged(source):
            return [source]
        case Choice(branches, otherwise):
            return _from_around([region for _, region in branches] + [otherwise])
        case Dispatch(source, arms):
            return [source, *_from_around([arm.region for arm in arms])]
        case Selection(_, inputs, arms):
            return [*inputs, *_from_around([arm.region for arm in arms])]
        case _:
            assert_never(step)


def _from_around(regions: Sequence[Region]) -> list[Tensor]:
    found: list[Tensor] = []
    for region in regions:
        made = {tensor.index for step in region.steps for tensor in outputs_of(step)}
        read = [tensor for step in region.steps for tensor in _taken(step)]
        read += [*region.results, *region.writes.values()]
        found += [tensor for tensor in read if tensor.index not in made]
    return found


def _label(inferred: Inferred, step: Step) -> str:
    match step:
        case Apply(target):
            return _target(inferred, target)
        case Pick(_, position):
            return f"number {position}"
        case Rearranged():
            return _one_line(step.span.text)
        case Choice(branches, otherwise):
            parts = [f"if {_one_line(test.span.text)}: {_way(inferred, r)}" for test, r in branches]
            return " | ".join([*parts, f"else: {_way(inferred, otherwise)}"])
        case Dispatch(_, arms):
            ways = (
                f"{_one_line(arm.pattern.span.text)}: {_way(inferred, arm.region)}" for arm in arms
            )
            return f"match {' | '.join(ways)}"
        case Selection(param, _, arms):
            ways = (_way(inferred, arm.region) for arm in arms)
            return f"match({param}) {' | '.join(ways)}"
        case _:
            assert_never(step)


def _way(inferred: Inferred, region: Region) -> str:
    return " → ".join(_label(inferred, step) for step in region.steps) or "as it is"


def _target(inferred: Inferred, target: Target) -> str:
    match target:
        case Shared(value):
            name = _one_line(value.span.text)
            item = inferred.definition.bindings.get(getattr(value, "name", ""))
            if isinstance(item, ast.Binding) and not isinstance(item.value, ast.Conditional):
                return f"{name}: {_one_line(item.value.span.text)}"
            if isinstance(item, ast.Unroll):
                return f"{name}: unroll({_one_line(item.count.span.text)})"
            return name
        case Instance() | ParamCall() | Inline():
            return _one_line(target.span.text)
        case _:
            assert_never(target)


def _shapes(inferred: Inferred, tensors: Sequence[Tensor]) -> str:
    types = [inferred.tensors.get(tensor.index) for tensor in tensors]
    return ", ".join(str(type_.shape) for type_ in types if type_ is not None)


def _one_line(text: str) -> str:
    return re.sub(r",? (?=[)\]])", "", re.sub(r"\s+", " ", text)).replace("( ", "(")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"


# --- rails


class _Rails:
    """Columns, each taken by a tensor that is read further down, or free."""

    def __init__(self, nodes: Sequence[_Node]) -> None:
        self.nodes = nodes
        self.last = {tensor: i for i, node in enumerate(nodes) for tensor in node.takes}
        self.columns: list[int | None] = []

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Rails, label and shapes of each line."""
        for position, node in enumerate(self.nodes):
            yield from self.bring_together(position, node)
            column = self.place(position, node)
            yield self.rails(column, STEP), node.label, node.shapes
            yield from self.hand_out(column, node)

    def place(self, position: int, node: _Node) -> int:
        """The column of a node; what it takes for the last time leaves the columns."""
        column = self.meeting
        for tensor in node.takes:
            if self.last[tensor] == position and tensor in self.columns:
                self.columns[self.columns.index(tensor)] = None
        return self.free(0) if column is None else column

    def bring_together(self, position: int, node: _Node) -> Iterator[tuple[str, str, str]]:
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
                yield self.turn(column, self.meeting, stays=self.last[tensor] > position), "", ""
                if self.last[tensor] == position:
                    self.columns[column] = None

    def hand_out(self, column: int, node: _Node) -> Iterator[tuple[str, str, str]]:
        """Lines that lead what a node gives to columns of their own."""
        read = [tensor for tensor in node.gives if tensor in self.last]
        for i, tensor in enumerate(read):
            if i == 0:
                self.put(column, tensor)
                continue
            other = self.free(column + 1)
            yield self.turn(column, other, stays=True), "", ""
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

    def rails(self, column: int, mark: str) -> str:
        """All columns, with a mark in one."""
        count = max(column + 1, len(self.columns))
        marks = [mark if i == column else RAIL if self.taken(i) else " " for i in range(count)]
        return " ".join(marks).rstrip() + " "

    def taken(self, column: int) -> bool:
        return column < len(self.columns) and self.columns[column] is not None

    def turn(self, source: int, target: int, stays: bool) -> str:
        """A line from one column into another; `stays` says that the first goes on as well."""
        left, right = min(source, target), max(source, target)
        marks = []
        for column in range(max(right + 1, len(self.columns))):
            if column == source:
                corners = ("├" if source < target else "┤") if stays else "╰╯"[source > target]
                marks.append(corners)
            elif column == target:
                if self.taken(target):
                    marks.append("├" if target < source else "┤")
                else:
                    marks.append("╭" if target < source else "╮")
            elif left < column < right:
                marks.append("┼" if self.taken(column) else "─")
            else:
                marks.append(RAIL if self.taken(column) else " ")
        text = ""
        for column, mark in enumerate(marks):
            text += mark + ("─" if left <= column < right else " ")
        return text.rstrip()
