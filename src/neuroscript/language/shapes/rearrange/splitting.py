"""The first stage: an entry that is `a/f` splits the axis `a` into it and what makes `f`.

An entry `h` is `a/f` too, where `a` is the product `h*f`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from neuroscript.language.shapes.dims import Dim, Quotient
from neuroscript.language.shapes.rearrange.entry import Entry
from neuroscript.language.shapes.rearrange.reading import Reading
from neuroscript.language.syntax import ast
from neuroscript.language.work import spend


@dataclass(slots=True)
class Parts:
    """The axes of a source after splitting."""

    dims: list[Dim] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    """The axis that each is, or is a part of."""

    def add(self, dim: Dim, axis: int) -> None:
        self.dims.append(dim)
        self.of.append(axis)

    def whole(self, axis: int) -> bool:
        """Whether an axis is not split."""
        return self.of.count(axis) == 1

    def size(self, part: int) -> int | Dim:
        """A part as a size: an axis of the source where it is a whole one."""
        axis = self.of[part]
        return axis if self.whole(axis) else self.dims[part]


def split(reading: Reading, entries: list[Entry]) -> Parts:
    """The axes, split where entries say so; these entries are done."""
    groups = _groups(reading, entries)
    parts = Parts()
    for axis, dim in enumerate(reading.axes):
        if axis not in groups:
            parts.add(dim, axis)
            continue
        for entry in groups[axis]:
            entry.axes.append(len(parts.dims))
            parts.add(entry.dim or Dim.const(1), axis)
    return parts


def _groups(reading: Reading, entries: list[Entry]) -> dict[int, list[Entry]]:
    """The entries that an axis is split into, in their order in the target."""
    groups: dict[int, list[Entry]] = {}
    for index, entry in enumerate(entries):
        if entry.done or len(entry.factors) != 1:
            continue
        found = _quotient(reading, entry)
        ways = [found] if found is not None else _factor(reading, entry)
        made = [(axis, _makers(reading, entries, index, divisor)) for axis, divisor in ways]
        possible = [(axis, others) for axis, others in made if others and axis not in groups]
        if len(possible) != 1:
            continue
        axis, others = possible[0]
        groups[axis] = [entries[i] for i in sorted([index, *others])]
        for member in groups[axis]:
            member.done = True
    return groups


def _quotient(reading: Reading, entry: Entry) -> tuple[int, Dim] | None:
    """The axis that an entry is a part of, and what it is divided by."""
    value = entry.node.value if isinstance(entry.node, ast.NamedDim) else entry.node
    candidates: list[tuple[Dim, Dim]] = []
    if isinstance(value, ast.Binary) and value.operator == "/":
        candidates.append((reading.dim(value.left), reading.dim(value.right)))
    if entry.dim is not None and len(entry.dim.terms) == 1:
        (monomial, factor) = entry.dim.terms[0]
        if factor == 1 and len(monomial) == 1 and isinstance(monomial[0], Quotient):
            candidates.append((monomial[0].over, monomial[0].under))
    for over, under in candidates:
        axes = [i for i, dim in enumerate(reading.axes) if dim == over]
        if len(axes) > 1:
            reading.ambiguous(f"{over} is the size of several axes")
        if axes:
            return axes[0], under
    return None


def _factor(reading: Reading, entry: Entry) -> list[tuple[int, Dim]]:
    """The axes that may be products of an entry and others, and what the others would make."""
    factor = entry.dim
    if factor is None or factor.constant is not None or factor in reading.axes:
        return []
    return [(i, axis / factor) for i, axis in enumerate(reading.axes) if axis.constant is None]


def _makers(reading: Reading, entries: list[Entry], index: int, divisor: Dim) -> list[int] | None:
    """The entries that make a divisor: one that equals it, or neighbours whose product does."""
    free = [i for i, e in enumerate(entries) if i != index and not e.done and e.dim is not None]
    equal = [i for i in free if entries[i].dim == divisor]
    adjacent = [i for i in equal if abs(i - index) == 1]
    if len(equal) == 1:
        return equal
    if len(adjacent) == 1:
        return adjacent
    if equal:
        reading.ambiguous(f"several entries are {divisor}")
    for start in free:
        product, members = Dim.const(1), list[int]()
        for i in range(start, len(entries)):
            if i == index:
                continue
            dim = entries[i].dim
            if i not in free or dim is None:
                break
            product, members = product * dim, [*members, i]
            spend(len(members))
            if product == divisor:
                return members
    return None
