"""The dataflow of a neuron as text: a line for each step, and a rail for each tensor on its way.

○ in                           [*, dim]
├─╮
│ ● norm: LayerNorm(dim)
│ ● wide: Linear(dim, hidden)  [*, hidden]
│ ● Linear(hidden, dim)        [*, dim]
├─╯
● Add()
○ out

Ports are ○, steps ●. A shape stands where it is not that of what the step takes.
"""

from __future__ import annotations

from neuroscript.diagnostics.cells import width
from neuroscript.language.drawing.nodes import nodes_of
from neuroscript.language.drawing.rails import Rails, Row
from neuroscript.language.shapes.types import Inferred

WIDTH = 100
"""Of lines, where nothing else is asked for."""

GAP = "  "
LEAST_SHAPE = 12
"""Cells that a shape is worth showing in."""


def draw(inferred: Inferred, columns: int = WIDTH) -> list[str]:
    """The lines of the drawing of a neuron with a graph; none for one without."""
    if inferred.flow is None:
        return []
    rows = list(Rails(nodes_of(inferred)).rows())
    shapes = max((width(row.shapes) for row in rows), default=0)
    room = max(columns - len(GAP) - shapes, columns * 2 // 3)
    taken = max((min(_taken(row), room) for row in rows if row.shapes), default=0)
    return [_line(row, taken, columns) for row in rows]


def _taken(row: Row) -> int:
    return width(row.rails) + width(row.label)


def _line(row: Row, taken: int, columns: int) -> str:
    """A row with its shape at the right, cut off where it does not fit."""
    limit = taken if row.shapes else columns
    label = clip(row.label, max(limit - width(row.rails), 8))
    line = row.rails + label
    left = columns - max(taken, width(line)) - len(GAP)
    if not row.shapes or left < LEAST_SHAPE:
        return line.rstrip()
    padding = " " * max(taken - width(line), 0)
    return f"{line}{padding}{GAP}{clip(row.shapes, left)}"


def clip(text: str, room: int) -> str:
    """As much of a text as fits.

    >>> clip("Linear(dim, dim)", 10)
    'Linear(di…'
    """
    if width(text) <= room:
        return text
    while text and width(text) > room - 1:
        text = text[:-1]
    return f"{text}…"
