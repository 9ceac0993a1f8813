"""Tensors joined along an axis, which all other axes have to agree with."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.axes import inserted
from neuroscript.language.shapes.functions.operation import (
    Operation,
    unknown_shape,
    unknown_size,
)
from neuroscript.language.shapes.shape import Seq, Shape


def concat(op: Operation) -> tuple[Shape]:
    """The sizes along `dim` are added."""
    first = op.inputs[0]
    if any(shape.rank is None for shape in op.inputs):
        return (_concat_behind_run(op),)
    rank = len(first.prefix)
    axis = op.axis("dim", rank)
    if axis is None:
        return (Shape(tuple(unknown_size() for _ in range(rank))),)
    sizes = list(first.prefix)
    for i, shape in enumerate(op.inputs[1:], 1):
        if shape.rank != rank:
            op.bad(f"{first} and {shape} have different ranks", "bring them to the same rank first")
        for k, size in enumerate(shape.prefix):
            if k == axis:
                sizes[k] = sizes[k] + size
            elif not op.same(sizes[k], size):
                op.apart(first, shape, (sizes[k], size), i)
    return (Shape(tuple(sizes)),)


def stack(op: Operation) -> tuple[Shape]:
    """A new axis, as long as there are tensors; all have one shape."""
    first, axis = op.inputs[0], op.int_arg("dim")
    for i, shape in enumerate(op.inputs[1:], 1):
        if shape.rank != first.rank:
            if shape.rank is not None and first.rank is not None:
                op.bad(f"{first} and {shape} have different ranks", "bring them to one shape first")
            return (unknown_shape(),)
        for left, right in zip(first.dims, shape.dims, strict=False):
            if not op.same(left, right):
                op.apart(first, shape, (left, right), i)
    if axis is None:
        return (unknown_shape(),)
    return (inserted(op, first, axis, Dim.const(len(op.inputs))),)


def _concat_behind_run(op: Operation) -> Shape:
    """Along an axis before or behind a run that is the same in all tensors, or in it."""
    first, axis = op.inputs[0], op.int_arg("dim")
    ends = [(shape.seq, len(shape.prefix), len(shape.suffix)) for shape in op.inputs]
    if axis is None or any(end != ends[0] for end in ends):
        return unknown_shape()
    front, back = len(first.prefix), len(first.suffix)
    if axis >= front:
        return unknown_shape()  # in the run, or behind it
    place = axis if axis >= 0 else front + back + axis
    inside = axis < -back
    dims: list[Dim] = []
    for i, column in enumerate(zip(*(shape.dims for shape in op.inputs), strict=True)):
        if i == place and not inside:
            dims.append(sum(column, Dim(())))
            continue
        if not inside or i >= front:
            _alike(op, column)
        dims.append(column[0])
    if inside:
        return Shape((), Seq.fresh("?"), tuple(dims[front:]))
    return Shape(tuple(dims[:front]), first.seq, tuple(dims[front:]))


def _alike(op: Operation, sizes: Sequence[Dim]) -> None:
    for i, size in enumerate(sizes[1:], 1):
        if not op.same(sizes[0], size):
            op.apart(op.inputs[0], op.inputs[i], (sizes[0], size), i)
