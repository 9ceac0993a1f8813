"""Places of images and the like made more or fewer, without weights."""

from __future__ import annotations

from math import floor, inf

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.operation import (
    Operation,
    known_size,
    unknown_shape,
    unknown_size,
)
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract, Known


def interpolate(op: Operation) -> tuple[Shape]:
    """Every axis behind the channels to a size, if one is given, else by a factor, rounded down."""
    source, size = op.inputs[0], op.args.get("size")
    if source.rank is None:
        return (unknown_shape(),)
    places = source.prefix[2:]
    if not places:
        op.bad("there is nothing to resize", "it takes [batch, channels, ..] with sizes behind")
    if size is not None and size != Dim(()):
        open_ = isinstance(size, Dim) and size.constant is None
        asked = op.at_least(1, "size", len(places))
        sizes = [unknown_size() if open_ or s is None else s for s in asked]
    else:
        factors = _factors(op, len(places))
        sizes = [_scaled(op, n, f) for n, f in zip(places, factors, strict=True)]
    return (Shape((*source.prefix[:2], *sizes)),)


def _factors(op: Operation, axes: int) -> list[float | None]:
    value = op.args.get("scale_factor")
    if isinstance(value, tuple) and len(value) != axes:
        op.bad(f"`scale_factor` has {len(value)} entries", f"give one number, or {axes}")
    values = list(value) if isinstance(value, tuple) else [value] * axes
    return [_number(item) for item in values]


def _number(value: Abstract | None) -> float | None:
    if isinstance(value, Known) and isinstance(value.value, float):
        return value.value
    return value.constant if isinstance(value, Dim) else None


def _scaled(op: Operation, n: Dim, factor: float | None) -> Dim:
    """⌊n · factor⌋, as long as that is what floats make of it."""
    if factor is None:
        return unknown_size()
    if not 0 < factor < inf:
        op.bad(f"`scale_factor` is {factor}", "it is greater than 0")
    if n.constant is not None:
        size = Dim.const(floor(n.constant * factor))
        if size.constant == 0:
            op.not_positive(size, "space", f"floor({n} * {factor})")
        return size
    over, under = factor.as_integer_ratio()
    return (n * over) // under if under <= 1024 else unknown_size()


def interpolate_like(op: Operation) -> tuple[Shape]:
    """The batch and channels of the first, the places of the second."""
    source, ref = op.inputs
    if source.rank is not None and ref.rank is not None and source.rank != ref.rank:
        op.bad(f"{source} and {ref} have different ranks", "both are [batch, channels, ..]")
    return (Shape((*source.prefix[:2], *ref.prefix[2:]), ref.seq, ref.suffix),)


def channel_shuffle(op: Operation) -> tuple[Shape]:
    """The shape that arrives, whose channels are split evenly into groups."""
    source = op.inputs[0]
    op.at_least(1, "groups", 1)
    op.quotient(source.prefix[1], known_size(op.args.get("groups")))
    return (source,)
