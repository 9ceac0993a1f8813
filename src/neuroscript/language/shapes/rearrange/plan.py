"""What a `=>` does to a tensor: the stages that are needed, in order."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.language.shapes.dims import Dim


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, in order; None for a stage that is not needed.

    Sizes are those of the source (`int`: its axis, counted behind the leading run) or dims;
    None is what is left. With `lead`, all stages keep the leading run in front.
    """

    source: tuple[Dim, ...]
    lead: bool
    split: tuple[int | Dim | None, ...] | None = None
    reduce: tuple[int, ...] | None = None
    order: tuple[int, ...] | None = None
    merged: tuple[int | Dim | None, ...] | None = None
    insert: tuple[int, ...] = ()
    """Places of new axes of size 1."""
    expand: tuple[Dim | None, ...] | None = None


def order_of(places: tuple[int, ...]) -> tuple[int, ...] | None:
    """A permutation; None if it moves nothing."""
    return places if places != tuple(range(len(places))) else None
