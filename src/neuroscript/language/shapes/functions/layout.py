"""The same elements in other axes: flatten, transpose, reshape."""

from __future__ import annotations

from functools import reduce
from operator import mul

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors import CountChanges
from neuroscript.language.shapes.functions.operation import (
    Operation,
    ShapeProblem,
    known_size,
    unknown_shape,
    unknown_size,
)
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.unify import Verdict
from neuroscript.language.shapes.values import Abstract


def flatten(op: Operation) -> tuple[Shape]:
    """The axes from `start_dim` to `end_dim` become one."""
    source = op.inputs[0]
    if source.rank is None:
        return (_flattened_run(op, source),)
    start, end = op.axis("start_dim", source.rank), op.axis("end_dim", source.rank)
    if start is None or end is None:
        return (unknown_shape(),)
    if start > end:
        op.bad(f"axis {start} comes after axis {end}", "`start_dim` is the first to be merged")
    dims = source.prefix
    merged = reduce(mul, dims[start : end + 1])
    return (Shape((*dims[:start], merged, *dims[end + 1 :])),)


def _flattened_run(op: Operation, source: Shape) -> Shape:
    """The run is in what is merged, if that ends behind it and starts before it."""
    start, end = op.int_arg("start_dim"), op.int_arg("end_dim")
    kept = -1 - end if end is not None and end < 0 else None
    if start is None or kept is None or kept > len(source.suffix):
        return unknown_shape()
    if not 0 <= start <= len(source.prefix):
        return unknown_shape()
    behind = source.suffix[len(source.suffix) - kept :]
    return Shape((*source.prefix[:start], unknown_size(), *behind))


def transpose(op: Operation) -> tuple[Shape]:
    """Two axes change places, or all take a new order."""
    source, dims = op.inputs[0], op.args.get("dims")
    if source.rank is None:
        return (unknown_shape(),)
    if isinstance(dims, tuple):
        return (_permuted(op, source.prefix, dims),)
    first, second = op.axis("dims", source.rank), op.axis("other", source.rank)
    if first is None or second is None:
        return (unknown_shape(),)
    swapped = list(source.prefix)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    return (Shape(tuple(swapped)),)


def _permuted(op: Operation, sizes: tuple[Dim, ...], dims: tuple[Abstract, ...]) -> Shape:
    rank = len(sizes)
    order = [item.constant if isinstance(item, Dim) else None for item in dims]
    if None in order and len(order) == rank:
        return Shape(tuple(unknown_size() for _ in order))
    named = sorted(i % rank for i in order if i is not None and -rank <= i < rank)
    if len(order) != rank or named != [*range(rank)]:
        shown = [*order] if len(order) < 20 else f"a list of {len(order)}"
        op.bad(f"{shown} is not a permutation of the axes", f"name each of 0 to {rank - 1} once")
    return Shape(tuple(sizes[i] for i in order if i is not None))


def permute(op: Operation) -> tuple[Shape]:
    """All axes take a new order."""
    source, dims = op.inputs[0], op.args.get("dims")
    if source.rank is None or not isinstance(dims, tuple):
        return (unknown_shape(),)
    return (_permuted(op, source.prefix, dims),)


def reshape(op: Operation) -> tuple[Shape]:
    """The sizes that are asked for; one of them, -1, is what is left."""
    source, target = op.inputs[0], op.args.get("target_shape")
    if not isinstance(target, tuple):
        return (unknown_shape(),)
    sizes = [known_size(item) for item in target]
    rest = [i for i, size in enumerate(sizes) if size.constant == -1]
    if len(rest) > 1:
        op.bad("more than one size is -1", "at most one size can be left open")
    for size in sizes:
        if size.constant is not None and size.constant < 1 and size.constant != -1:
            op.bad(f"{size} is not a size", "sizes are 1 and more; -1 stands for the rest")
    if source.rank is None:
        known = (unknown_size() if i in rest else size for i, size in enumerate(sizes))
        return (Shape(tuple(known)),)
    return (_refilled(op, source, sizes, rest),)


def _refilled(op: Operation, source: Shape, sizes: list[Dim], rest: list[int]) -> Shape:
    """With as many elements as before (NS309)."""
    before = reduce(mul, source.prefix, Dim.const(1))
    after = reduce(mul, (size for i, size in enumerate(sizes) if i not in rest), Dim.const(1))
    shown = Shape(tuple(sizes))
    if not rest:
        if op.unifier.equal(after, before, assume=False) is Verdict.REFUTED:
            raise ShapeProblem(CountChanges(op.span, source, shown, before, after))
        return shown
    try:
        sizes[rest[0]] = before / after
    except (ValueError, ZeroDivisionError):
        raise ShapeProblem(CountChanges(op.span, source, shown, before, after)) from None
    return Shape(tuple(sizes))
