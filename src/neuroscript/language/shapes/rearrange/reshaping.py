"""A `=> [..]` as one reshape: the order is kept and every stretch has axes on both sides."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import NamedTuple

from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.rearrange.entry import Entry
from neuroscript.language.shapes.rearrange.plan import Plan
from neuroscript.language.shapes.rearrange.reading import Reading
from neuroscript.language.shapes.rearrange.splitting import Parts
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.unify import Verdict


class Stretch(NamedTuple):
    """What stands between two entries that are named: parts of the source, entries for them."""

    parts: list[int]
    entries: list[Entry]


def reshaped(
    reading: Reading, entries: list[Entry], parts: Parts, loose: list[int]
) -> tuple[Shape, Plan]:
    """One reshape; `loose` are the parts that no entry names."""
    stretches = _stretches(reading, entries, loose)
    for stretch in stretches:
        _check(reading, stretch, entries, parts)
    dims = [_dim_of(reading, entry, stretches, parts) for entry in entries]
    target = tuple(
        parts.size(entry.axes[0]) if len(entry.axes) == 1 else entry.dim for entry in entries
    )
    return reading.shape(dims), Plan(tuple(reading.axes), reading.lead is not None, merged=target)


def _stretches(reading: Reading, entries: list[Entry], loose: list[int]) -> list[Stretch]:
    order = [part for entry in entries for part in entry.axes]
    if order != sorted(order):
        reading.ambiguous("axes change places around sizes that are not named")
    stretches = [Stretch([], [])]
    position = 0
    for entry in entries:
        if entry.axes:
            last = entry.axes[-1]
            stretches[-1].parts.extend(i for i in loose if position <= i < entry.axes[0])
            if any(entry.axes[0] < i < last for i in loose):
                reading.ambiguous("an axis that is not named stands between two that are merged")
            position = last + 1
            stretches.append(Stretch([], []))
        elif not entry.one:
            stretches[-1].entries.append(entry)
    stretches[-1].parts.extend(i for i in loose if i >= position)
    return stretches


def _check(reading: Reading, stretch: Stretch, entries: list[Entry], parts: Parts) -> None:
    """Whether a stretch can have as many elements in the target as in the source."""
    if bool(stretch.parts) != bool(stretch.entries):
        if stretch.parts:
            lonely = parts.dims[stretch.parts[0]]
            reading.ambiguous(f"{lonely} has no entry between its neighbours")
        after = stretch.entries[0].dim or Dim.const(1)
        _check_count(reading, entries, parts)
        reading.ambiguous(f"{after} has no axis between its neighbours")
    sizes = [entry.dim for entry in stretch.entries if entry.dim is not None]
    if len(sizes) < len(stretch.entries):
        return
    before, after = _count(parts.dims[i] for i in stretch.parts), _count(sizes)
    if reading.unifier.equal(after, before, assume=False) is Verdict.REFUTED:
        reading.count_changes(before, after)


def _check_count(reading: Reading, entries: list[Entry], parts: Parts) -> None:
    """Whether the whole target can have as many elements as the source (NS309)."""
    open_ = [entry for entry in entries if not entry.axes]
    sizes = [entry.dim for entry in open_ if entry.dim is not None]
    if len(sizes) < len(open_):
        return
    used = [parts.dims[i] for entry in entries for i in entry.axes]
    before, after = _count(parts.dims), _count([*used, *sizes])
    if (after - before).never_zero:
        reading.count_changes(before, after)


def _dim_of(reading: Reading, entry: Entry, stretches: list[Stretch], parts: Parts) -> Dim:
    """The size of an entry; `others` is what its stretch has left."""
    if entry.dim is not None:
        return entry.dim
    for stretch in stretches:
        if entry in stretch.entries:
            before = _count(parts.dims[i] for i in stretch.parts)
            known = _count(e.dim for e in stretch.entries if e.dim is not None)
            try:
                return before / known
            except ValueError:
                reading.count_changes(before, known)
    return Dim.of(Var.fresh("?"))


def _count(dims: Iterable[Dim]) -> Dim:
    """How many elements there are over these axes."""
    return prod(dims, start=Dim.const(1))
