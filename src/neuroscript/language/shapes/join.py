"""What branches have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Span
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import ResultsDiffer
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.types import DType, TensorType
from neuroscript.language.shapes.unify import Verdict

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body

Learnt = Mapping[Var, Dim]
"""What holds in a branch alone: what it assumes, or what its pattern says."""

Results = Sequence[tuple[tuple[TensorType, ...], Span, Learnt]]
"""What each branch gives, where it ends, and what it has learnt on the way."""


def join(body: Body, results: Results, span: Span, strict: bool) -> tuple[TensorType, ...] | None:
    """One type for each result: equal dims stay, others become unknown.

    Dims are equal too if a branch is only taken where they are: behind an arm for `[b, 4]`, 4 is
    what the source has there.
    With `strict`, results that cannot be equal are NS402; else they join to what they share.
    """
    if not results:
        return None
    count = len(results[0][0])
    joined = []
    for i in range(count):
        alike = [result for result in results if len(result[0]) == count]
        types = [types[i] for types, _, _ in alike]
        result = _join_one(body, types, [learnt for _, _, learnt in alike])
        if result is None and strict:
            shown = tuple(
                (place, f"gives {body.unifier.shape(t.shape)}{_suffix(body.dtype(t.dtype))}")
                for t, (_, place, _) in zip(types, alike, strict=True)
            )
            body.sink.add(ResultsDiffer(span, shown))
            return None
        joined.append(result or _loose(body, types))
    return tuple(joined)


def _suffix(dtype: DType) -> str:
    return f" {dtype}" if isinstance(dtype, str) and dtype != "float" else ""


def _join_one(body: Body, types: list[TensorType], learnt: list[Learnt]) -> TensorType | None:
    """The common type, or None if two of them cannot be equal."""
    dtype: DType = types[0].dtype
    for other in types[1:]:
        if not body.same_type(dtype, other.dtype):
            return None
    shape = _join_shapes(body, [body.unifier.shape(t.shape) for t in types], learnt)
    if shape is None:
        return None
    return TensorType(shape, body.dtype(dtype), types[0].origins)


def _join_shapes(body: Body, shapes: list[Shape], learnt: list[Learnt]) -> Shape | None:
    first = shapes[0]
    if all(shape == first for shape in shapes):
        return first
    alike = all(
        (s.seq, len(s.prefix), len(s.suffix)) == (first.seq, len(first.prefix), len(first.suffix))
        for s in shapes
    )
    if alike:
        prefix = _join_dims(body, [shape.prefix for shape in shapes], learnt)
        suffix = _join_dims(body, [shape.suffix for shape in shapes], learnt)
        return None if prefix is None or suffix is None else Shape(prefix, first.seq, suffix)
    if any(shape.rank is None for shape in shapes):
        return Shape((), Seq.fresh("?"))
    return None


def _join_dims(
    body: Body, rows: list[tuple[Dim, ...]], learnt: list[Learnt]
) -> tuple[Dim, ...] | None:
    dims = []
    for column in zip(*rows, strict=True):
        common = next((dim for dim in column if _everywhere(dim, column, learnt)), None)
        if common is None and _refuted(body, column):
            return None
        dims.append(Dim.of(Var.fresh("?")) if common is None else common)
    return tuple(dims)


def _everywhere(dim: Dim, column: Sequence[Dim], learnt: list[Learnt]) -> bool:
    """Whether a dim is that of every branch, given what each has learnt."""
    return all(
        dim == other
        or ((known := _known(dim, there)) is not None and known == _known(other, there))
        for other, there in zip(column, learnt, strict=True)
    )


def _known(dim: Dim, learnt: Learnt) -> Dim | None:
    try:
        while any(var in learnt for var in dim.variables):
            dim = dim.substitute(learnt)
    except ValueError:
        return None
    return dim


def _refuted(body: Body, column: Sequence[Dim]) -> bool:
    equal = body.unifier.equal
    return any(
        equal(a, b, assume=False) is Verdict.REFUTED
        for i, a in enumerate(column)
        for b in column[i + 1 :]
    )


def _loose(body: Body, types: list[TensorType]) -> TensorType:
    """What results share although some dims or ranks differ."""
    shapes = [body.unifier.shape(t.shape) for t in types]
    ranks = {shape.rank for shape in shapes}
    dtypes = {body.dtype(t.dtype) for t in types}
    dtype = dtypes.pop() if len(dtypes) == 1 else body.fresh_type()
    if len(ranks) > 1 or None in ranks:
        return TensorType(Shape((), Seq.fresh("?")), dtype)
    columns = zip(*(shape.prefix for shape in shapes), strict=True)
    dims = tuple(c[0] if len(set(c)) == 1 else Dim.of(Var.fresh("?")) for c in columns)
    return TensorType(Shape(dims), dtype)
