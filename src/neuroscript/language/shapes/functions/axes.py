"""Axes that come, go and change places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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

ONE = Dim.const(1)


def replaced(shape: Shape, place: int, dims: Sequence[Dim]) -> Shape:
    """With other sizes for one of `shape.dims`."""
    front = len(shape.prefix)
    if place < front:
        return Shape(
            (*shape.prefix[:place], *dims, *shape.prefix[place + 1 :]), shape.seq, shape.suffix
        )
    place -= front
    return Shape(
        shape.prefix, shape.seq, (*shape.suffix[:place], *dims, *shape.suffix[place + 1 :])
    )


def resized(shape: Shape, place: int, size: Dim) -> Shape:
    """With another size for one of `shape.dims`."""
    return replaced(shape, place, (size,))


def without(shape: Shape, places: Collection[int], keep: bool) -> Shape:
    """Without some of `shape.dims`, or with 1 in their places."""
    for place in sorted(places, reverse=True):
        shape = replaced(shape, place, (ONE,) if keep else ())
    return shape


def squeezed(op: Operation) -> tuple[Shape]:
    """Axes of size 1 go."""
    source = op.inputs[0]
    places = op.places("dim", source)
    if places is None:
        return (unknown_shape(),)
    for place in places:
        if not op.same(ONE, source.dims[place]):
            op.bad(f"an axis of {source.dims[place]} cannot go", "only one of size 1 can")
    return (without(source, places, keep=False),)


def unsqueezed(op: Operation) -> tuple[Shape]:
    """An axis of size 1 comes in."""
    source, axis = op.inputs[0], op.int_arg("dim")
    if axis is None:
        return (unknown_shape(),)
    return (inserted(op, source, axis, ONE),)


def inserted(op: Operation, shape: Shape, axis: int, size: Dim) -> Shape:
    """With a new axis at a place of the result."""
    front, back = len(shape.prefix), len(shape.suffix)
    if shape.rank is not None:
        if not -front - 1 <= axis <= front:
            op.bad(
                f"there is no place {axis} for a new axis",
                f"places run from {-front - 1} to {front}",
            )
        place = axis % (front + 1)
        return Shape((*shape.prefix[:place], size, *shape.prefix[place:]))
    if 0 <= axis <= front:
        return Shape((*shape.prefix[:axis], size, *shape.prefix[axis:]), shape.seq, shape.suffix)
    if -back - 1 <= axis < 0:
        place = back + 1 + axis
        behind = (*shape.suffix[:place], size, *shape.suffix[place:])
        return Shape(shape.prefix, shape.seq, behind)
    return unknown_shape()


def selected(op: Operation) -> tuple[Shape]:
    """One element of an axis, which goes."""
    source, index = op.inputs[0], op.int_arg("index")
    places = op.places("dim", source)
    if places is None:
        return (unknown_shape(),)
    size = source.dims[places[0]].constant
    if size is not None and index is not None and not -size <= index < size:
        op.bad(
            f"there is no element {index} along an axis of {size}",
            f"they run from {-size} to {size - 1}",
        )
    return (without(source, places, keep=False),)


def unflattened(op: Operation) -> tuple[Shape]:
    """One axis becomes several."""
    source, sizes = op.inputs[0], op.args.get("sizes")
    places = op.places("dim", source)
    if places is None or not isinstance(sizes, tuple):
        return (unknown_shape(),)
    n, parts = source.dims[places[0]], [known_size(size) for size in sizes]
    rest = [i for i, size in enumerate(parts) if size.constant == -1]
    if len(rest) > 1:
        op.bad("more than one size is -1", "at most one size can be left open")
    known = reduce(mul, (size for i, size in enumerate(parts) if i not in rest), ONE)
    if rest:
        parts[rest[0]] = op.quotient(n, known)
    elif op.unifier.equal(known, n, assume=False) is Verdict.REFUTED:
        found = replaced(source, places[0], parts)
        raise ShapeProblem(CountChanges(op.span, source, found, n, known))
    return (replaced(source, places[0], parts),)


def expanded(op: Operation) -> tuple[Shape]:
    """Axes of size 1 are stretched; -1 keeps a size."""
    source, sizes = op.inputs[0], op.args.get("sizes")
    if not isinstance(sizes, tuple):
        return (unknown_shape(),)
    asked = [known_size(size) for size in sizes]
    if source.rank is None:
        return (Shape(tuple(unknown_size() if s.constant == -1 else s for s in asked)),)
    new = _new_axes(op, len(asked), source.rank)
    found = asked[:new]
    if any(size.constant == -1 for size in found):
        op.bad("a new axis has no size to keep", "-1 is for axes that are there")
    for size, n in zip(asked[new:], source.prefix, strict=True):
        if size.constant != -1 and n.constant != 1 and not op.same(size, n):
            op.bad(f"an axis of {n} cannot be stretched to {size}", "only one of size 1 can")
        found.append(n if size.constant == -1 else size)
    return (Shape(tuple(found)),)


def repeated(op: Operation) -> tuple[Shape]:
    """Each axis several times its size."""
    source, times = op.inputs[0], op.args.get("sizes")
    if not isinstance(times, tuple):
        return (unknown_shape(),)
    if source.rank is None:
        return (Shape(tuple(unknown_size() for _ in times)),)
    new = _new_axes(op, len(times), source.rank)
    sizes = (*[ONE] * new, *source.prefix)
    return (Shape(tuple(n * known_size(t) for n, t in zip(sizes, times, strict=True))),)


def _new_axes(op: Operation, count: int, rank: int) -> int:
    if count < rank:
        op.bad(f"`sizes` has {count} entries", f"one for each of {rank} axes, or more")
    return count - rank


def moved(op: Operation) -> tuple[Shape]:
    """Axes in other places; the rest keep their order."""
    shape = op.inputs[0]
    sources, targets = (op.ints("source"), op.ints("destination"))
    if sources is None or targets is None:
        return (unknown_shape(),)
    if len(sources) != len(targets):
        op.bad(
            f"{len(sources)} axes cannot take {len(targets)} places",
            "give as many places as axes",
        )
    places = op.places("source", shape)
    if places is None:
        return (unknown_shape(),)
    taken = [shape.dims[place] for place in places]
    if shape.rank is None:
        return (_moved_around_run(shape, places, taken, targets),)
    op.places("destination", shape)
    rest = [dim for i, dim in enumerate(shape.prefix) if i not in places]
    at = {target % shape.rank: dim for target, dim in zip(targets, taken, strict=True)}
    left = iter(rest)
    return (Shape(tuple(at[i] if i in at else next(left) for i in range(shape.rank))),)


def _moved_around_run(
    shape: Shape, places: Sequence[int], taken: Sequence[Dim], targets: Sequence[int]
) -> Shape:
    """Places are counted from the ends of a run."""
    front = len(shape.prefix)
    prefix = [d for i, d in enumerate(shape.prefix) if i not in places]
    suffix = [d for i, d in enumerate(shape.suffix) if i + front not in places]
    for target, dim in sorted(zip(targets, taken, strict=True), key=lambda pair: pair[0]):
        if 0 <= target <= len(prefix):
            prefix.insert(target, dim)
        elif target >= 0:
            return unknown_shape()
    backwards = suffix[::-1]
    for target, dim in sorted(zip(targets, taken, strict=True), key=lambda pair: -pair[0]):
        if target < 0:
            if -1 - target > len(backwards):
                return unknown_shape()
            backwards.insert(-1 - target, dim)
    return Shape(tuple(prefix), shape.seq, tuple(backwards[::-1]))
