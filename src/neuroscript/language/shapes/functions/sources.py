"""Neurons that no tensor arrives at: their arguments say the shape."""

from __future__ import annotations

from neuroscript.language.shapes.functions.operation import (
    Operation,
    known_size,
    unknown_shape,
)
from neuroscript.language.shapes.shape import Shape


def parameter(op: Operation) -> tuple[Shape]:
    """The shape that is asked for."""
    shape = op.args.get("shape")
    if not isinstance(shape, tuple):
        return (unknown_shape(),)
    return (Shape(tuple(known_size(size) for size in shape)),)
