"""Shape functions: what library neurons do to shapes beyond what their ports can say.

Each takes an `Operation` and returns one shape for each output. A size that cannot be known
becomes a fresh variable; what is certainly wrong raises `ShapeProblem`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import mul

from neuroscript.diagnostics import Diagnostic, Span
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import (
    BadAxis,
    CountChanges,
    InexactDivision,
    NotBroadcastable,
    NotPositive,
    Origin,
)
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.unify import Unifier, Verdict
from neuroscript.language.shapes.values import Abstract, Known


class ShapeProblem(Exception):
    """An operation cannot work on these shapes."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True)
class Operation:
    """A call of a library neuron: its arguments and the shapes that arrive."""

    neuron: str
    args: Mapping[str, Abstract]
    inputs: tuple[Shape, ...]
    origins: tuple[Origin | None, ...]
    """Where each input comes from."""

    span: Span
    unifier: Unifier
    assume: Callable[[Dim, Dim], None]
    """Notes an equality that is needed and not proved."""

    def same(self, expected: Dim, actual: Dim) -> bool:
        """Whether two sizes can be equal; what is not proved is noted as assumed."""
        before = self.unifier.dim(expected), self.unifier.dim(actual)
        verdict = self.unifier.equal(expected, actual)
        if verdict is Verdict.ASSUMED:
            self.assume(*before)
        return verdict is not Verdict.REFUTED

    def int_arg(self, name: str) -> int | None:
        """A whole number that is known, else None."""
        value = self.args.get(name)
        return value.constant if isinstance(value, Dim) else None

    def flag(self, name: str) -> bool | None:
        value = self.args.get(name)
        return value.value if isinstance(value, Known) and isinstance(value.value, bool) else None

    def per_axis(self, name: str, axes: int) -> list[Dim | None]:
        """An argument that is one number for all axes or a list with one for each."""
        value = self.args.get(name)
        if isinstance(value, tuple):
            if len(value) != axes:
                self.bad(f"`{name}` has {len(value)} entries", f"give one number, or {axes}")
            return [item if isinstance(item, Dim) else None for item in value]
        return [value if isinstance(value, Dim) else None] * axes

    def at_least(self, least: int, name: str, axes: int) -> list[Dim | None]:
        """The same, none of them below `least` as far as they are known."""
        values = self.per_axis(name, axes)
        for value in values:
            if value is not None and value.constant is not None and value.constant < least:
                self.bad(f"`{name}` is {value}", f"the least that it can be is {least}")
        return values

    def axis(self, name: str, rank: int, what: str = "axis") -> int | None:
        """An axis counted from the start; None if the argument is not known."""
        axis = self.int_arg(name)
        if axis is None:
            return None
        if not -rank <= axis < rank:
            self.bad(f"there is no {what} {axis}", f"axes run from {-rank} to {rank - 1} here")
        return axis % rank

    def bad(self, problem: str, advice: str) -> None:
        raise ShapeProblem(BadAxis(self.span, self.neuron, problem, self.inputs[0], advice))


def _unknown(text: str = "?") -> Dim:
    return Dim.of(Var.fresh(text))


def _unknown_shape() -> Shape:
    return Shape((), Seq.fresh("?"))


# --- sliding windows

_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def _window(n: Dim, k: Dim, s: Dim, p: Dim, d: Dim) -> Dim:
    """The size floor((n + 2p - d(k - 1) - 1) / s) + 1."""
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def _slide(op: Operation, rank: int, channels: Dim, ceil: bool | None = False) -> tuple[Shape]:
    source = op.inputs[0]
    if source.rank != rank + 2:
        return (_unknown_shape(),)
    kernel, stride = op.at_least(1, "kernel_size", rank), op.at_least(1, "stride", rank)
    dilation: list[Dim | None] = [Dim.const(1)] * rank
    if "dilation" in op.args:
        dilation = op.at_least(1, "dilation", rank)
    same = op.args.get("padding") == Known("same")
    padding = op.at_least(0, "padding", rank)
    if same and any(s is not None and s.constant not in (None, 1) for s in stride):
        op.bad('`padding="same"` goes with `stride` 1 only', "say how wide the padding is")
    sizes: list[Dim] = []
    for i, axis in enumerate(_AXES[rank]):
        n, k, s, p, d = source.prefix[i + 2], kernel[i], stride[i], padding[i], dilation[i]
        if same:
            sizes.append(n)
            continue
        if k is None or s is None or p is None or d is None or ceil is None or not s.terms:
            sizes.append(_unknown())
            continue
        size = _ceiled(n, k, s, p, d) if ceil else _window(n, k, s, p, d)
        if size is None:
            size = _unknown()
        elif size.constant is not None and size.constant < 1:
            formula = f"floor(({n} + 2*{p} - {d}*({k} - 1) - 1) / {s}) + 1"
            raise ShapeProblem(
                NotPositive(op.span, op.neuron, size, axis, formula, source, op.origins[0])
            )
        sizes.append(size)
    return (Shape((source.prefix[0], channels, *sizes)),)


def _ceiled(n: Dim, k: Dim, s: Dim, p: Dim, d: Dim) -> Dim | None:
    """Rounded up, less a last window that would start behind the input and its left padding."""
    values = [dim.constant for dim in (n, k, s, p, d)]
    if any(value is None for value in values):
        return None
    size, kernel, stride, pad, dilation = (value or 0 for value in values)
    out = -(-(size + 2 * pad - dilation * (kernel - 1) - 1) // stride) + 1
    if (out - 1) * stride >= size + pad:
        out -= 1
    return Dim.const(out)


def _conv(op: Operation, rank: int) -> tuple[Shape]:
    channels = op.args.get("out_channels", op.args.get("channels"))
    for name in ("in_channels", "out_channels"):
        count, groups = op.int_arg(name), op.int_arg("groups")
        if count is not None and groups is not None and (groups < 1 or count % groups):
            op.bad(
                f"`groups` = {groups} does not divide `{name}` = {count}",
                "channels are split evenly into groups",
            )
    return _slide(op, rank, channels if isinstance(channels, Dim) else _unknown())


def _pool(op: Operation, rank: int) -> tuple[Shape]:
    source = op.inputs[0]
    channels = source.prefix[1] if source.rank is not None else _unknown()
    kernels, paddings = op.per_axis("kernel_size", rank), op.per_axis("padding", rank)
    for kernel, padding in zip(kernels, paddings, strict=True):
        size = kernel.constant if kernel is not None else None
        pad = padding.constant if padding is not None else None
        if size is not None and pad is not None and 2 * pad > size:
            op.bad(
                f"`padding` = {pad} is more than half of `kernel_size` = {size}",
                f"the most that a window of {size} can be padded by is {size // 2}",
            )
    return _slide(op, rank, channels, op.flag("ceil_mode"))


def _causal_conv(op: Operation) -> tuple[Shape]:
    source, channels = op.inputs[0], op.args.get("out_channels")
    stride = op.args.get("stride")
    if source.rank != 3 or not isinstance(stride, Dim) or not stride.terms:
        return (_unknown_shape(),)
    length = (source.prefix[2] + stride - 1) // stride
    known = channels if isinstance(channels, Dim) else _unknown()
    return (Shape((source.prefix[0], known, length)),)


def _adaptive_pool(op: Operation, rank: int) -> tuple[Shape]:
    source = op.inputs[0]
    if source.rank != rank + 2:
        return (_unknown_shape(),)
    asked = op.at_least(1, "output_size", rank)
    sizes = [size if size is not None else _unknown() for size in asked]
    return (Shape((*source.prefix[:2], *sizes)),)


def _global_pool(op: Operation) -> tuple[Shape]:
    source, keep = op.inputs[0], op.flag("keepdim")
    if source.rank is None or keep is None:
        return (_unknown_shape(),)
    if source.rank < 3:
        op.bad("there is nothing to pool over", "it takes [batch, channels, ..] with sizes behind")
    ones = [Dim.const(1)] * (source.rank - 2) if keep else []
    return (Shape((*source.prefix[:2], *ones)),)


# --- along an axis, in groups


def _softmax(op: Operation) -> tuple[Shape]:
    source, axis = op.inputs[0], op.int_arg("dim")
    if source.rank is not None:
        op.axis("dim", source.rank)
    elif axis is None or not -len(source.dims) <= axis < len(source.prefix):
        op.unifier.guessed = True
    return (source,)


def _group_norm(op: Operation) -> tuple[Shape]:
    groups, channels = op.int_arg("num_groups"), op.int_arg("num_channels")
    if groups is not None and channels is not None and (groups < 1 or channels % groups):
        raise ShapeProblem(InexactDivision(op.span, str(channels), str(groups)))
    return (op.inputs[0],)


# --- layout


def _flatten(op: Operation) -> tuple[Shape]:
    source = op.inputs[0]
    if source.rank is None:
        start, end = op.int_arg("start_dim"), op.int_arg("end_dim")
        kept = -1 - end if end is not None and end < 0 else None
        if start is None or kept is None or kept > len(source.suffix):
            return (_unknown_shape(),)
        if not 0 <= start <= len(source.prefix):
            return (_unknown_shape(),)
        behind = source.suffix[len(source.suffix) - kept :]
        return (Shape((*source.prefix[:start], _unknown(), *behind)),)
    start, end = op.axis("start_dim", source.rank), op.axis("end_dim", source.rank)
    if start is None or end is None:
        return (_unknown_shape(),)
    if start > end:
        op.bad(f"axis {start} comes after axis {end}", "`start_dim` is the first to be merged")
    dims = source.prefix
    merged = reduce(mul, dims[start : end + 1])
    return (Shape((*dims[:start], merged, *dims[end + 1 :])),)


def _transpose(op: Operation) -> tuple[Shape]:
    source, dims = op.inputs[0], op.args.get("dims")
    if source.rank is None:
        return (_unknown_shape(),)
    rank = source.rank
    if isinstance(dims, tuple):
        order = [item.constant if isinstance(item, Dim) else None for item in dims]
        if None in order and len(order) == rank:
            return (Shape(tuple(_unknown() for _ in order)),)
        named = sorted(i % rank for i in order if i is not None and -rank <= i < rank)
        if len(order) != rank or named != [*range(rank)]:
            shown = [*order] if len(order) < 20 else f"a list of {len(order)}"
            op.bad(
                f"{shown} is not a permutation of the axes", f"name each of 0 to {rank - 1} once"
            )
        return (Shape(tuple(source.prefix[i] for i in order if i is not None)),)
    first, second = op.axis("dims", rank), op.axis("other", rank)
    if first is None or second is None:
        return (_unknown_shape(),)
    swapped = list(source.prefix)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    return (Shape(tuple(swapped)),)


def _reshape(op: Operation) -> tuple[Shape]:
    source, target = op.inputs[0], op.args.get("target_shape")
    if not isinstance(target, tuple):
        return (_unknown_shape(),)
    sizes = [item if isinstance(item, Dim) else _unknown() for item in target]
    rest = [i for i, size in enumerate(sizes) if size.constant == -1]
    if len(rest) > 1:
        op.bad("more than one size is -1", "at most one size can be left open")
    for size in sizes:
        if size.constant is not None and size.constant < 1 and size.constant != -1:
            op.bad(f"{size} is not a size", "sizes are 1 and more; -1 stands for the rest")
    if source.rank is None:
        return (Shape(tuple(_unknown() if i in rest else size for i, size in enumerate(sizes))),)
    before = reduce(mul, source.prefix, Dim.const(1))
    fixed = [size for i, size in enumerate(sizes) if i not in rest]
    after = reduce(mul, fixed, Dim.const(1))
    shown = Shape(tuple(sizes))
    if not rest:
        if op.unifier.equal(after, before, assume=False) is Verdict.REFUTED:
            raise ShapeProblem(CountChanges(op.span, source, shown, before, after))
        return (shown,)
    try:
        sizes[rest[0]] = before / after
    except (ValueError, ZeroDivisionError):
        raise ShapeProblem(CountChanges(op.span, source, shown, before, after)) from None
    return (Shape(tuple(sizes)),)


def _concat(op: Operation) -> tuple[Shape]:
    first = op.inputs[0]
    if any(shape.rank is None for shape in op.inputs):
        return (_concat_behind_run(op),)
    rank = first.rank
    assert rank is not None
    axis = op.axis("dim", rank)
    if axis is None:
        return (Shape(tuple(_unknown() for _ in range(rank))),)
    sizes = list(first.prefix)
    for i, shape in enumerate(op.inputs[1:], 1):
        if shape.rank != rank:
            op.bad(f"{first} and {shape} have different ranks", "bring them to the same rank first")
        for k, size in enumerate(shape.prefix):
            if k == axis:
                sizes[k] = sizes[k] + size
            elif not op.same(sizes[k], size):
                raise ShapeProblem(
                    NotBroadcastable(
                        op.span, op.neuron, first, shape, sizes[k], size,
                        (op.origins[0], op.origins[i]),
                    )
                )  # fmt: skip
    return (Shape(tuple(sizes)),)


def _concat_behind_run(op: Operation) -> Shape:
    """Along an axis before or behind a run that is the same in all tensors, or in it."""
    first, axis = op.inputs[0], op.int_arg("dim")
    ends = [(shape.seq, len(shape.prefix), len(shape.suffix)) for shape in op.inputs]
    if axis is None or any(end != ends[0] for end in ends):
        return _unknown_shape()
    front, back = len(first.prefix), len(first.suffix)
    if axis >= front:
        return _unknown_shape()  # in the run, or behind it
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
            shapes, origins = (op.inputs[0], op.inputs[i]), (op.origins[0], op.origins[i])
            raise ShapeProblem(
                NotBroadcastable(op.span, op.neuron, *shapes, sizes[0], size, origins)
            )


# --- several tensors


def _broadcast(op: Operation) -> tuple[Shape]:
    result = op.inputs[0]
    for i, shape in enumerate(op.inputs[1:], 1):
        result = _aligned(op, result, shape, i)
    return (result,)


def _aligned(op: Operation, left: Shape, right: Shape, index: int) -> Shape:
    """Two shapes aligned at their ends; missing dims and 1 yield."""
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
    origins = (op.origins[0], op.origins[index])
    x, y = left.seq or left.prefix[0], right.seq or right.prefix[0]
    raise ShapeProblem(NotBroadcastable(op.span, op.neuron, left, right, x, y, origins))


def _meet(op: Operation, x: Dim, y: Dim, left: Shape, right: Shape, index: int) -> Dim:
    if x.constant == 1:
        return y
    if y.constant == 1:
        return x
    if not op.same(x, y):
        origins = (op.origins[0], op.origins[index])
        raise ShapeProblem(NotBroadcastable(op.span, op.neuron, left, right, x, y, origins))
    return op.unifier.dim(x)


def _matmul(op: Operation) -> tuple[Shape]:
    """What stands before the last two axes is brought together as by addition."""
    first, second = _matrix(op.inputs[0]), _matrix(op.inputs[1])
    if first is None or second is None:
        return (_unknown_shape(),)
    (left, (rows, _)), (right, (_, columns)) = first, second
    batch = _aligned(op, left, right, 1)
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


# --- parts


def _slice(op: Operation) -> tuple[Shape]:
    source = op.inputs[0]
    if source.rank is None:
        return (_unknown_shape(),)
    axis, step = op.axis("dim", source.rank), op.int_arg("step")
    start, end = op.args.get("start"), op.args.get("end")
    if axis is None or not isinstance(start, Dim) or not isinstance(end, Dim) or step is None:
        return (Shape(tuple(_unknown() for _ in source.prefix)),)
    if step < 1:
        op.bad(f"`step` is {step}", "steps go forward: 1 or more")
    size = _sliced(source.prefix[axis], start, end, step)
    if size.constant is not None and size.constant < 1:
        formula = f"min({end}, {source.prefix[axis]}) - {start}"
        raise ShapeProblem(
            NotPositive(op.span, op.neuron, size, f"axis {axis}", formula, source, op.origins[0])
        )
    return (Shape((*source.prefix[:axis], size, *source.prefix[axis + 1 :])),)


def _sliced(n: Dim, start: Dim, end: Dim, step: int) -> Dim:
    """The size min(end, n) - start, over steps, with negative numbers counted from the end."""
    first, last, size = start.constant, end.constant, n.constant
    if size is not None and first is not None and last is not None:
        stop = size if last == -1 else last
        return Dim.const(len(range(size)[first:stop:step]))
    if first is None or (last is None and end.variables):
        return _unknown()
    begin = n + first if first < 0 else start
    if last == -1:
        taken = n - begin
    elif last is not None and last < 0:
        taken = n + last - begin
    elif last == 1 and first == 0:
        return Dim.const(1)
    else:
        return _unknown()
    return (taken + (step - 1)) // step


def _split(op: Operation) -> tuple[Shape, ...]:
    source, count = op.inputs[0], op.int_arg("num_splits") or 1
    if source.rank is None:
        return tuple(_unknown_shape() for _ in range(count))
    axis = op.axis("dim", source.rank)
    if axis is None:
        return tuple(_unknown_shape() for _ in range(count))
    n = source.prefix[axis]
    try:
        size = n / count
    except ValueError:
        raise ShapeProblem(InexactDivision(op.span, repr(n), str(count))) from None
    return (Shape((*source.prefix[:axis], size, *source.prefix[axis + 1 :])),) * count


def _split_sizes(op: Operation) -> tuple[Shape, ...]:
    source, sizes = op.inputs[0], op.args.get("sizes")
    assert isinstance(sizes, tuple)
    parts = [size if isinstance(size, Dim) else _unknown() for size in sizes]
    axis = op.axis("dim", source.rank) if source.rank is not None else None
    if axis is None:
        return tuple(_unknown_shape() for _ in parts)
    n, total = source.prefix[axis], reduce(lambda a, b: a + b, parts, Dim(()))
    if not op.same(total, n):
        op.bad(f"parts of {total} together do not make {n}", "their sum is the size of the axis")
    return tuple(Shape((*source.prefix[:axis], p, *source.prefix[axis + 1 :])) for p in parts)


def _pad(op: Operation) -> tuple[Shape]:
    source, padding = op.inputs[0], op.args.get("padding")
    if source.rank is None or not isinstance(padding, tuple):
        return (_unknown_shape(),)
    if len(padding) % 2 or len(padding) > 2 * source.rank:
        problem = f"`padding` has {len(padding)} entries"
        op.bad(problem, "two for each axis, the last axis first: [left, right, top, bottom]")
    sizes = list(source.prefix)
    for i in range(len(padding) // 2):
        before, after = padding[2 * i], padding[2 * i + 1]
        known = isinstance(before, Dim) and isinstance(after, Dim)
        sizes[-1 - i] = sizes[-1 - i] + before + after if known else _unknown()  # type: ignore[operator]
    return (Shape(tuple(sizes)),)


def _crop(op: Operation) -> tuple[Shape]:
    source = op.inputs[0]
    targets = [op.args.get("target_height"), op.args.get("target_width")]
    sizes = [size if isinstance(size, Dim) else _unknown() for size in targets]
    for axis, size, n in zip(("height", "width"), sizes, source.prefix[2:], strict=True):
        left = n - size
        if left.constant is not None and left.constant < 0:
            formula = f"at most {n}"
            raise ShapeProblem(
                NotPositive(op.span, op.neuron, size, axis, formula, source, op.origins[0])
            )
    return (Shape((*source.prefix[:2], *sizes)),)


def _transposed(op: Operation, rank: int) -> tuple[Shape]:
    """(n - 1)s - 2p + d(k - 1) + output_padding + 1 along each axis."""
    source, channels = op.inputs[0], op.args.get("out_channels")
    if source.rank != rank + 2:
        return (_unknown_shape(),)
    names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    columns = [op.per_axis(name, rank) for name in names]
    sizes: list[Dim] = []
    for i, n in enumerate(source.prefix[2:]):
        k, s, p, o, d = (column[i] for column in columns)
        if k is None or s is None or p is None or o is None or d is None:
            sizes.append(_unknown())
            continue
        size = (n - 1) * s - 2 * p + d * (k - 1) + o + 1
        if size.constant is not None and size.constant < 1:
            formula = f"({n} - 1)*{s} - 2*{p} + {d}*({k} - 1) + {o} + 1"
            axis = _AXES[rank][i]
            raise ShapeProblem(
                NotPositive(op.span, op.neuron, size, axis, formula, source, op.origins[0])
            )
        sizes.append(size)
    known = channels if isinstance(channels, Dim) else _unknown()
    return (Shape((source.prefix[0], known, *sizes)),)


def _einsum(op: Operation) -> tuple[Shape]:
    """Each letter is one size over all operands; `...` stands for axes that are broadcast."""
    value = op.args.get("equation")
    equation = value.value if isinstance(value, Known) else None
    if not isinstance(equation, str):
        return (_unknown_shape(),)
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    letters = set(equation.replace(" ", "")) - set(",->.")
    if not arrow or not all(letter.isalpha() for letter in letters):
        op.bad(f"`{equation}` is no equation", 'write the axes of all: "bij,bjk->bik"')
    if len(terms) != len(op.inputs):
        op.bad(f"`{equation}` is for {len(terms)} tensors, not {len(op.inputs)}", "one term each")
    sizes: dict[str, Dim] = {}
    rest: tuple[Dim, ...] = ()
    for term, shape in zip(terms, op.inputs, strict=True):
        rest = _einsum_term(op, term, shape, sizes, rest)
    if not set(right) - {"."} <= set(sizes) or len(set(right) - {"."}) != len(
        right.replace(".", "")
    ):
        op.bad(
            f"`{right}` names an axis that no operand has, or one twice", "use those on the left"
        )
    front, dots, back = right.partition("...")
    middle = rest if dots else ()
    return (Shape((*(sizes[c] for c in front), *middle, *(sizes[c] for c in back))),)


def _einsum_term(
    op: Operation, term: str, shape: Shape, sizes: dict[str, Dim], rest: tuple[Dim, ...]
) -> tuple[Dim, ...]:
    front, dots, back = term.partition("...")
    if shape.rank is None:
        for letter in front + back:
            sizes.setdefault(letter, _unknown())
        return rest
    middle = shape.rank - len(front) - len(back)
    if middle < 0 or (middle and not dots):
        op.bad(f"`{term}` names {len(front + back)} axes of {shape}", "one letter for each axis")
    named = [*zip(front, shape.prefix, strict=False)]
    named += [*zip(back, shape.prefix[len(front) + middle :], strict=True)]
    for letter, size in named:
        known = sizes.setdefault(letter, size)
        if known.constant == 1:
            sizes[letter] = size
        elif size.constant != 1 and not op.same(known, size):
            op.bad(f"`{letter}` is {known} and {size}", "one letter has one size")
    here = shape.prefix[len(front) : len(front) + middle]
    if not dots or not here:
        return rest
    if not rest:
        return here
    joined = _aligned(op, Shape(rest), Shape(here), 0)
    return joined.prefix


# --- sources, element types


def _parameter(op: Operation) -> tuple[Shape]:
    shape = op.args.get("shape")
    if not isinstance(shape, tuple):
        return (_unknown_shape(),)
    return (Shape(tuple(size if isinstance(size, Dim) else _unknown() for size in shape)),)


def _same_shape(op: Operation) -> tuple[Shape]:
    return (op.inputs[0],)


def cast_type(args: Mapping[str, Abstract]) -> str | None:
    """The element type that `Cast` gives; None for a name that is not known here."""
    value = args.get("dtype")
    name = value.value if isinstance(value, Known) else None
    if not isinstance(name, str):
        return None
    for kind, names in CASTS.items():
        if name in names:
            return kind
    return None


CASTS = {
    "float": ("float", "float16", "bfloat16", "float32", "float64", "half", "double"),
    "int": ("int", "int8", "int16", "int32", "int64", "uint8", "long"),
    "bool": ("bool",),
    "complex": ("complex", "complex64", "complex128"),
}
"""Names of element types, by what the language calls them."""

ELEMENT_TYPES: Mapping[str, Callable[[Mapping[str, Abstract]], str | None]] = {"Cast": cast_type}
"""Library neurons that change element types, by what their arguments say."""

ShapeFunction = Callable[[Operation], tuple[Shape, ...]]

FUNCTIONS: Mapping[str, ShapeFunction] = {
    "Conv1d": partial(_conv, rank=1),
    "Conv2d": partial(_conv, rank=2),
    "Conv3d": partial(_conv, rank=3),
    "DepthwiseConv": partial(_conv, rank=2),
    "DepthwiseConv1d": partial(_conv, rank=1),
    "CausalConv1d": _causal_conv,
    "DilatedConv": partial(_conv, rank=2),
    "TransposedConv": partial(_transposed, rank=2),
    "ConvTranspose1d": partial(_transposed, rank=1),
    "MaxPool": partial(_pool, rank=2),
    "AvgPool": partial(_pool, rank=2),
    "MaxPool1d": partial(_pool, rank=1),
    "MaxPool2d": partial(_pool, rank=2),
    "MaxPool3d": partial(_pool, rank=3),
    "AvgPool1d": partial(_pool, rank=1),
    "AvgPool2d": partial(_pool, rank=2),
    "AvgPool3d": partial(_pool, rank=3),
    "AdaptiveAvgPool": partial(_adaptive_pool, rank=2),
    "AdaptiveMaxPool": partial(_adaptive_pool, rank=2),
    "GlobalAvgPool": _global_pool,
    "GlobalMaxPool": _global_pool,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "GroupNorm": _group_norm,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Concat": _concat,
    "Slice": _slice,
    "Split": _split,
    "SplitSizes": _split_sizes,
    "Pad": _pad,
    "Crop": _crop,
    "Einsum": _einsum,
    "Cast": _same_shape,
    "Parameter": _parameter,
    "MatMul": _matmul,
    "Add": _broadcast,
    "Subtract": _broadcast,
    "Multiply": _broadcast,
    "Divide": _broadcast,
    "Maximum": _broadcast,
    "Minimum": _broadcast,
}
"""By the library neuron whose outputs they give."""


def shape_names() -> Sequence[str]:
    """The library neurons that have a shape function."""
    return tuple(FUNCTIONS)
