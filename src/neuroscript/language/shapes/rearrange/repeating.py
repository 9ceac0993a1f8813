"""`@repeat`: entries that are no axes of the source are axes along which it is copied."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.rearrange.plan import Plan, order_of
from neuroscript.language.shapes.rearrange.reading import Reading
from neuroscript.language.shapes.shape import Shape


def repetition(reading: Reading) -> tuple[Shape, Plan]:
    """Every axis is mentioned; other entries are new axes along which it is copied."""
    dims: list[Dim] = []
    order: list[int] = []
    insert: list[int] = []
    for i, entry in enumerate(reading.entries()):
        if entry.dim is None:
            reading.misplaced(entry, "`others` cannot be repeated", "name every axis")
        dims.append(entry.dim)
        axis = reading.axis_named(entry)
        if axis is None or axis in order:
            insert.append(i)
        else:
            order.append(axis)
    lost = [str(dim) for i, dim in enumerate(reading.axes) if i not in order]
    if lost:
        problem = f"the axis {', '.join(lost)} is in no place of the target"
        reading.lost(problem, reading.node.span)
    plan = Plan(
        tuple(reading.axes), reading.lead is not None, order=order_of(tuple(order)),
        insert=tuple(insert),
        expand=tuple(dim if i in insert else None for i, dim in enumerate(dims)),
    )  # fmt: skip
    return reading.shape(dims), plan
