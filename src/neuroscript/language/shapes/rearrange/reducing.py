"""`@reduce`: axes that are not mentioned are reduced."""

from __future__ import annotations

from typing import NoReturn

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.rearrange.entry import Entry
from neuroscript.language.shapes.rearrange.plan import Plan, order_of
from neuroscript.language.shapes.rearrange.reading import Reading
from neuroscript.language.shapes.shape import Shape


def reduction(reading: Reading) -> tuple[Shape, Plan]:
    """Unmentioned axes are reduced; the rest is permuted; 1 stands for an axis of size 1."""
    entries = reading.entries()
    order: list[int] = []
    for entry in entries:
        if entry.one:
            continue
        axis = reading.axis_named(entry)
        if axis is None or axis in order:
            _refuse(reading, entry, axis)
        order.append(axis)
    reduced = tuple(i for i in range(len(reading.axes)) if i not in order)
    kept = [i for i in range(len(reading.axes)) if i in order]
    plan = Plan(
        tuple(reading.axes), reading.lead is not None, reduce=reduced or None,
        order=order_of(tuple(kept.index(i) for i in order)),
        insert=tuple(i for i, entry in enumerate(entries) if entry.one),
    )  # fmt: skip
    return reading.shape([entry.dim or Dim.const(1) for entry in entries]), plan


def _refuse(reading: Reading, entry: Entry, axis: int | None) -> NoReturn:
    if entry.dim is None:
        reading.misplaced(entry, "`others` cannot be reduced", "name the axes that stay")
    if axis is not None:
        reading.lost(f"the axis {entry.dim} is used twice", entry.node.span)
    advice = "entries of a reduction are axes of the source, or 1"
    reading.misplaced(entry, f"`{entry.node.span.text}` is no axis of the source", advice)
