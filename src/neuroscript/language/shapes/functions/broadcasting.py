"""Tensors of different shapes brought together: aligned at their ends, where 1 yields."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.operation import Operation, unknown_shape
from neuroscript.language.shapes.shape import Seq, Shape


def broadcast(op: Operation) -> tuple[Shape]:
    """Sums, products and the like: element by element."""
    result = op.inputs[0]
    for i, shape in enumerate(op.inputs[1:], 1):
        result = aligned(op, result, shape, i)
    return (result,)


def masked_fill(op: Operation) -> tuple[Shape]:
    """The shape of x, to which the mask is stretched."""
    source, mask = op.inputs
    if len(mask.dims) > len(source.dims) and source.rank is not None:
        op.bad(f"a mask of {mask} has more axes than {source}", "the mask is what is stretched")
    for n, m in zip(reversed(source.prefix), reversed(mask.prefix), strict=False):
        if source.rank is not None and mask.rank is not None and n.constant == 1 != m.constant:
            if not op.same(n, m):
                op.apart(source, mask, (n, m), 1)
    aligned(op, source, mask, 1)
    return (source,)


def matmul(op: Operation) -> tuple[Shape]:
    """What stands before the last two axes is brought together as by addition."""
    first, second = _matrix(op.inputs[0]), _matrix(op.inputs[1])
    if first is None or second is None:
        return (unknown_shape(),)
    (left, (rows, _)), (right, (_, columns)) = first, second
    batch = aligned(op, left, right, 1)
    return (batch.join_behind((rows, columns)),)


def _matrix(shape: Shape) -> tuple[Shape, tuple[Dim, Dim]] | None:
    """What stands before the last two axes, and these; None where they are not known."""
    dims = shape.prefix if shape.seq is None else shape.suffix
    if len(dims) < 2:
        return None
    rest, last = dims[:-2], (dims[-2], dims[-1])
    if shape.seq is None:
        return Shape(rest), last
    return Shape(shape.prefix, shape.seq, rest), last


def aligned(op: Operation, left: Shape, right: Shape, index: int) -> Shape:
    """Two shapes aligned at their ends; missing dims and 1 yield.

    `left` is what comes of the inputs before `right`, which is the input at `index`.
    """
    if left == right:
        return left
    if left.seq is not None or right.seq is not None:
        return _aligned_runs(op, left, right, index)
    count = max(len(left.prefix), len(right.prefix))
    one = Dim.const(1)
    a = [one] * (count - len(left.prefix)) + list(left.prefix)
    b = [one] * (count - len(right.prefix)) + list(right.prefix)
    return Shape(tuple(_meet(op, x, y, left, right, index) for x, y in zip(a, b, strict=True)))


def _aligned_runs(op: Operation, left: Shape, right: Shape, index: int) -> Shape:
    """As far as the ends behind the runs are known on both sides."""
    a = left.suffix if left.seq is not None else left.prefix
    b = right.suffix if right.seq is not None else right.prefix
    tail: list[Dim] = []
    for x, y in zip(reversed(a), reversed(b), strict=False):
        tail.insert(0, _meet(op, x, y, left, right, index))
    same_ends = len(left.suffix) == len(right.suffix) and len(left.prefix) == len(right.prefix)
    if left.seq == right.seq and same_ends:
        pairs = zip(left.prefix, right.prefix, strict=True)
        head = [_meet(op, x, y, left, right, index) for x, y in pairs]
        return Shape(tuple(head), left.seq, tuple(tail))
    for whole, part in ((left, right), (right, left)):
        if part.seq is None and whole.seq is not None and len(part.prefix) <= len(whole.suffix):
            kept = whole.suffix[: len(whole.suffix) - len(part.prefix)]
            return Shape(whole.prefix, whole.seq, (*kept, *tail))
    _check_runs(op, left, right, index)
    return Shape((), Seq.fresh("?"), tuple(tail))


def _check_runs(op: Operation, left: Shape, right: Shape, index: int) -> None:
    """A run meets itself or nothing: other dims may be there, and sizes that differ with them."""
    if any(shape.seq is not None and op.unifier.open(shape.seq) for shape in (left, right)):
        return
    if left.seq is None or right.seq is None:
        whole, part = (left, right) if right.seq is None else (right, left)
        beside = part.prefix[: len(part.prefix) - len(whole.suffix)]
        if all(dim.constant == 1 for dim in beside):
            return
    sizes = left.seq or left.prefix[0], right.seq or right.prefix[0]
    op.apart(left, right, sizes, index)


def _meet(op: Operation, x: Dim, y: Dim, left: Shape, right: Shape, index: int) -> Dim:
    if x.constant == 1:
        return y
    if y.constant == 1:
        return x
    if not op.same(x, y):
        op.apart(left, right, (x, y), index)
    return op.unifier.dim(x)
