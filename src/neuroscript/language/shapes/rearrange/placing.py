"""A `=> [..]` as a plan: which axis goes where, and what becomes of those that no entry names."""

from __future__ import annotations

from math import prod

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.rearrange.entry import Entry
from neuroscript.language.shapes.rearrange.mentioning import mention
from neuroscript.language.shapes.rearrange.plan import Plan, order_of
from neuroscript.language.shapes.rearrange.reading import Reading
from neuroscript.language.shapes.rearrange.reshaping import reshaped
from neuroscript.language.shapes.rearrange.splitting import Parts, split
from neuroscript.language.shapes.shape import Shape


def rearrange(reading: Reading) -> tuple[Shape, Plan]:
    """Split, permute and merge where names say how; else one reshape, if that is certain."""
    entries = reading.entries()
    parts = split(reading, entries)
    mention(reading, entries, parts)
    used = {part for entry in entries for part in entry.axes}
    loose = [i for i, dim in enumerate(parts.dims) if i not in used and dim.constant != 1]
    asked = [entry for entry in entries if not entry.done and not entry.one]
    if loose and not asked:
        names = ", ".join(str(parts.dims[i]) for i in loose)
        reading.lost(f"the axis {names} is in no place of the target", reading.node.span)
    if len(asked) == 1 and _takes(reading, asked[0], parts, loose):
        asked[0].axes = loose
        asked[0].done = True
        return _staged(reading, entries, parts)
    if asked and asked[0].dim is None and not loose:
        reading.misplaced(asked[0], "`others` has nothing left to take", "leave it out")
    if not asked:
        return _staged(reading, entries, parts)
    return reshaped(reading, entries, parts, loose)


def _takes(reading: Reading, entry: Entry, parts: Parts, loose: list[int]) -> bool:
    """Whether an entry is provably all that is left."""
    if not loose:
        return False
    if entry.dim is None:
        return True
    product = prod((parts.dims[i] for i in loose), start=Dim.const(1))
    return not (reading.unifier.dim(product) - reading.unifier.dim(entry.dim)).terms


def _staged(reading: Reading, entries: list[Entry], parts: Parts) -> tuple[Shape, Plan]:
    """Split, permute, merge."""
    order = [part for entry in entries for part in entry.axes]
    kept = [i for i in range(len(parts.dims)) if i in order]
    moves = order_of(tuple(kept.index(part) for part in order))
    splits = len(parts.dims) != len(reading.axes) or len(kept) != len(parts.dims)
    merges = any(len(entry.axes) != 1 for entry in entries)
    dims, merged = _merged(entries, parts)
    plan = Plan(
        tuple(reading.axes), reading.lead is not None,
        split=tuple(parts.size(i) for i in kept) if splits and (moves or not merges) else None,
        order=moves, merged=merged if merges else None,
    )  # fmt: skip
    return reading.shape(dims), plan


def _merged(entries: list[Entry], parts: Parts) -> tuple[list[Dim], tuple[int | Dim | None, ...]]:
    """The sizes of the target, and the same as sizes of the source where they are."""
    dims: list[Dim] = []
    merged: list[int | Dim | None] = []
    for entry in entries:
        if len(entry.axes) == 1:
            dims.append(parts.dims[entry.axes[0]])
            merged.append(parts.size(entry.axes[0]))
            continue
        product = prod((parts.dims[i] for i in entry.axes), start=Dim.const(1))
        dims.append(product if entry.dim is None else entry.dim)
        merged.append(dims[-1])
    return dims, tuple(merged)
