"""Axes that become one value: sums, means, the largest, distances."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.axes import resized, without
from neuroscript.language.shapes.functions.broadcasting import broadcast
from neuroscript.language.shapes.functions.operation import Operation, unknown_shape, unknown_size
from neuroscript.language.shapes.shape import Shape


def reduced(op: Operation) -> tuple[Shape]:
    """The axes `dim`, one or a list, go, or stay with size 1 with `keepdim`."""
    source, keep = op.inputs[0], op.flag("keepdim")
    places = op.places("dim", source)
    if places is not None and not places:
        op.bad("`dim` names no axis", "give an axis, or a list of axes")
    if places is not None and keep is not None:
        return (without(source, places, keep),)
    if source.rank is None or keep is not True:
        return (unknown_shape(),)
    return (Shape(tuple(unknown_size() for _ in source.prefix)),)


def reduced_along(op: Operation) -> tuple[Shape]:
    """The same for operations that take one axis only."""
    if isinstance(op.args.get("dim"), tuple):
        op.bad("`dim` is a list", "one axis at a time here")
    return reduced(op)


def top_k(op: Operation) -> tuple[Shape, Shape]:
    """As many as are asked for along an axis, and their places."""
    source, count = op.inputs[0], op.size_arg("k")
    places = op.places("dim", source)
    if places is None:
        return unknown_shape(), unknown_shape()
    (place,) = places
    n = source.dims[place]
    missing = count - n
    if count.constant is not None and count.constant < 1:
        op.bad(f"`k` is {count}", "the least that it can be is 1")
    if missing.constant is not None and missing.constant > 0:
        op.bad(f"there are no {count} elements along an axis of {n}", f"`k` is {n} at most")
    found = resized(source, place, count)
    return found, found


def cosine_similarity(op: Operation) -> tuple[Shape]:
    """Brought together as by a product, then without the axis."""
    (together,) = broadcast(op)
    places = op.places("dim", together)
    return (unknown_shape() if places is None else without(together, places, keep=False),)


def halves(op: Operation) -> tuple[Shape]:
    """An axis of half its size."""
    source = op.inputs[0]
    places = op.places("dim", source)
    if places is None:
        return (unknown_shape(),)
    (place,) = places
    return (resized(source, place, op.quotient(source.dims[place], Dim.const(2))),)
