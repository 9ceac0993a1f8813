"""A tensor cut smaller, into parts, or padded: slice, split, pad, crop."""

from __future__ import annotations

from functools import reduce

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors import InexactDivision
from neuroscript.language.shapes.functions.operation import (
    Operation,
    ShapeProblem,
    known_size,
    unknown_shape,
    unknown_size,
)
from neuroscript.language.shapes.shape import Shape


def slice_(op: Operation) -> tuple[Shape]:
    """From `start` to before `end` along an axis, in steps."""
    source = op.inputs[0]
    if source.rank is None:
        return (unknown_shape(),)
    axis, step = op.axis("dim", source.rank), op.int_arg("step")
    start, end = op.args.get("start"), op.args.get("end")
    if axis is None or not isinstance(start, Dim) or not isinstance(end, Dim) or step is None:
        return (Shape(tuple(unknown_size() for _ in source.prefix)),)
    if step < 1:
        op.bad(f"`step` is {step}", "steps go forward: 1 or more")
    size = _sliced(source.prefix[axis], start, end, step)
    if size.constant is not None and size.constant < 1:
        op.not_positive(size, f"axis {axis}", f"min({end}, {source.prefix[axis]}) - {start}")
    return (_resized(source, axis, size),)


def _sliced(n: Dim, start: Dim, end: Dim, step: int) -> Dim:
    """The size min(end, n) - start, over steps, with negative numbers counted from the end."""
    first, last, size = start.constant, end.constant, n.constant
    if size is not None and first is not None and last is not None:
        stop = size if last == -1 else last
        return Dim.const(len(range(size)[first:stop:step]))
    if first is None or (last is None and end.variables):
        return unknown_size()
    begin = n + first if first < 0 else start
    if last == -1:
        taken = n - begin
    elif last is not None and last < 0:
        taken = n + last - begin
    elif last == 1 and first == 0:
        return Dim.const(1)
    else:
        return unknown_size()
    return (taken + (step - 1)) // step


def split(op: Operation) -> tuple[Shape, ...]:
    """Equal parts along an axis."""
    source, count = op.inputs[0], op.int_arg("num_splits") or 1
    place = _place(op, source)
    if place is None:
        return tuple(unknown_shape() for _ in range(count))
    n = source.dims[place]
    try:
        size = n / count
    except ValueError:
        raise ShapeProblem(InexactDivision(op.span, repr(n), str(count))) from None
    return (_resized(source, place, size),) * count


def split_sizes(op: Operation) -> tuple[Shape, ...]:
    """Parts along an axis of the sizes that are asked for."""
    source, sizes = op.inputs[0], op.args.get("sizes")
    assert isinstance(sizes, tuple)
    parts = [known_size(size) for size in sizes]
    place = _place(op, source)
    if place is None:
        return tuple(unknown_shape() for _ in parts)
    n, total = source.dims[place], reduce(lambda a, b: a + b, parts, Dim(()))
    if not op.same(total, n):
        op.bad(f"parts of {total} together do not make {n}", "their sum is the size of the axis")
    return tuple(_resized(source, place, part) for part in parts)


def _place(op: Operation, source: Shape) -> int | None:
    """Where axis `dim` is among the sizes that are known, before or behind a run."""
    if source.rank is not None:
        return op.axis("dim", source.rank)
    axis = op.int_arg("dim")
    if axis is None or not -len(source.suffix) <= axis < len(source.prefix):
        return None
    return axis % len(source.dims)


def _resized(source: Shape, place: int, size: Dim) -> Shape:
    front = len(source.prefix)
    dims = (*source.dims[:place], size, *source.dims[place + 1 :])
    return Shape(dims[:front], source.seq, dims[front:])


def fork(op: Operation) -> tuple[Shape, ...]:
    """The same several times."""
    return (op.inputs[0],) * (op.int_arg("n") or 1)


def pad(op: Operation) -> tuple[Shape]:
    """Two widths for each axis from the last one on."""
    source, padding = op.inputs[0], op.args.get("padding")
    if isinstance(padding, Dim):
        padding = (padding, padding)
    if source.rank is None or not isinstance(padding, tuple):
        return (unknown_shape(),)
    if len(padding) % 2 or len(padding) > 2 * source.rank:
        problem = f"`padding` has {len(padding)} entries"
        op.bad(problem, "two for each axis, the last axis first: [left, right, top, bottom]")
    sizes = list(source.prefix)
    for i in range(len(padding) // 2):
        before, after = padding[2 * i], padding[2 * i + 1]
        known = isinstance(before, Dim) and isinstance(after, Dim)
        sizes[-1 - i] = sizes[-1 - i] + before + after if known else unknown_size()  # type: ignore[operator]
    return (Shape(tuple(sizes)),)


def crop(op: Operation) -> tuple[Shape]:
    """The middle of an image."""
    source = op.inputs[0]
    sizes = [op.size_arg("target_height"), op.size_arg("target_width")]
    for axis, size, n in zip(("height", "width"), sizes, source.prefix[2:], strict=True):
        left = n - size
        if left.constant is not None and left.constant < 0:
            op.not_positive(size, axis, f"at most {n}")
    return (Shape((*source.prefix[:2], *sizes)),)
