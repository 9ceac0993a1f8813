"""The places for weights that a model has, found from the names that are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from neuroscript.convert.family import Count, Family, Part, Rule, Side
from neuroscript.convert.instances import Numbers, expected, reach
from neuroscript.convert.shapes import Shape, written


@dataclass(frozen=True)
class Slot:
    """One weight of ours, and those of theirs that it is made of, without prefix."""

    rule: Rule
    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    numbers: Mapping[str, int]
    prefixed: bool

    def names(self, side: Side) -> tuple[str, ...]:
        """What it is called on one side."""
        return self.ours if side == "ours" else self.theirs

    def shape(self, side: Side) -> Shape:
        """The form of each of its shapes on one side."""
        theirs = written(self.rule.shape, self.numbers)
        return self.rule.layout.our_shape(theirs) if side == "ours" else theirs


def slots(
    family: Family,
    names: Collection[str],
    side: Side,
    counts: Mapping[str, Count],
    without: str | None = None,
) -> list[Slot]:
    """All places of a model of which these names are there, in its order.

    `without` is a weight of theirs that the model does not have, as a tied head.
    """
    parts = family.parts
    seen = {place: _numbers(part, names, side) for place, part in enumerate(parts)}
    often = reach(seen, parts, counts)
    found: dict[tuple[str, ...], Slot] = {}
    for place, part in enumerate(parts):
        for numbers in expected(part, seen[place], often):
            for rule in part.rules:
                slot = _slot(part, rule, numbers)
                if without not in slot.theirs:
                    found[slot.ours] = slot
    return list(found.values())


def _slot(part: Part, rule: Rule, numbers: Numbers) -> Slot:
    named = dict(zip(part.indices, numbers, strict=True))
    theirs, ours = (
        tuple(pattern.fill(named) for pattern in part.patterns(rule, side))
        for side in ("theirs", "ours")
    )
    return Slot(rule, theirs, ours, named, part.prefixed)


def _numbers(part: Part, names: Collection[str], side: Side) -> set[Numbers]:
    """The numbers with which anything of a part is there."""
    if not part.indices:
        return set()
    patterns = [p for rule in part.rules for p in part.patterns(rule, side)]
    found = (pattern.match(name) for pattern in patterns for name in names)
    return {tuple(n[index] for index in part.indices) for n in found if n is not None}


def matched(family: Family, names: Collection[str], side: Side) -> int:
    """How many of the names are names of this family."""
    patterns = [
        pattern
        for part in family.parts
        for rule in part.rules
        for pattern in part.patterns(rule, side)
    ]
    return sum(any(p.match(name) is not None for p in patterns) for name in names)
