"""The second stage: an axis named in the target, alone or as a factor, goes there."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.rearrange.entry import Entry
from neuroscript.language.shapes.rearrange.reading import Reading
from neuroscript.language.shapes.rearrange.splitting import Parts


def mention(reading: Reading, entries: list[Entry], parts: Parts) -> None:
    """Give every entry the parts that it names, if all its factors name one."""
    used: set[int] = {part for entry in entries for part in entry.axes}
    for entry in entries:
        if entry.done or entry.dim is None:
            continue
        found = _parts_of(reading, entry, parts, used)
        if found:
            used.update(found)
            entry.axes, entry.done = found, True


def _parts_of(reading: Reading, entry: Entry, parts: Parts, used: set[int]) -> list[int]:
    """One for each factor; empty if one of them names none."""
    found: list[int] = []
    for factor, name in zip(entry.factors, entry.names, strict=True):
        taken = used | set(found)
        part = _labelled(reading, name, entry, parts, taken)
        if part is None:
            part = _named(reading, factor, entry, parts, taken)
        if part is None and len(entry.factors) > 1:
            part = _sized(factor, parts, taken)
        if part is None:
            return []
        found.append(part)
    return found


def _labelled(
    reading: Reading, name: str | None, entry: Entry, parts: Parts, used: set[int]
) -> int | None:
    axis = reading.labelled(name)
    if axis is None or not parts.whole(axis):
        return None
    part = parts.of.index(axis)
    if part in used:
        reading.lost(f"the axis {name} is used twice", entry.node.span)
    return part


def _named(reading: Reading, factor: Dim, entry: Entry, parts: Parts, used: set[int]) -> int | None:
    if factor.variable is None:
        return None
    found = [i for i, dim in enumerate(parts.dims) if dim == factor]
    free = [i for i in found if i not in used]
    if found and not free:
        reading.lost(f"the axis {factor} is used twice", entry.node.span)
    if len(free) > 1:
        reading.ambiguous(f"{factor} is the size of several axes")
    return free[0] if free else None


def _sized(factor: Dim, parts: Parts, used: set[int]) -> int | None:
    """An axis without a name that has the size of a factor of a product."""
    free = [i for i, dim in enumerate(parts.dims) if dim == factor and i not in used]
    return free[0] if free else None
