"""What branches have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Span
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import ResultsDiffer
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.types import DType, TensorType
from neuroscript.language.shapes.unify import Verdict

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body

Results = Sequence[tuple[tuple[TensorType, ...], Span]]
"""What each branch gives, and where it ends."""


def join(body: Body, results: Results, span: Span, strict: bool) -> tuple[TensorType, ...] | None:
    """One type for each result: equal dims stay, others become unknown.

    With `strict`, results that cannot be equal are NS402; else they join to what they share.
    """
    if not results:
        return None
    count = len(results[0][0])
    joined = []
    for i in range(count):
        types = [types[i] for types, _ in results if len(types) == count]
        places = [place for types, place in results if len(types) == count]
        result = _join_one(body, types)
        if result is None and strict:
            shown = tuple(
                (place, f"gives {body.unifier.shape(t.shape)}{_suffix(body.dtype(t.dtype))}")
                for t, place in zip(types, places, strict=True)
            )
            body.sink.add(ResultsDiffer(span, shown))
            return None
        joined.append(result or _loose(body, types))
    return tuple(joined)


def _suffix(dtype: DType) -> str:
    return f" {dtype}" if isinstance(dtype, str) and dtype != "float" else ""


def _join_one(body: Body, types: list[TensorType]) -> TensorType | None:
    """The common type, or None if two of them cannot be equal."""
    first = types[0]
    dtype: DType = first.dtype
    for other in types[1:]:
        if not body.same_type(dtype, other.dtype):
            return None
    shape = body.unifier.shape(first.shape)
    for other in types[1:]:
        found = _join_shapes(body, shape, body.unifier.shape(other.shape))
        if found is None:
            return None
        shape = found
    return TensorType(shape, body.dtype(dtype), first.origins)


def _join_shapes(body: Body, a: Shape, b: Shape) -> Shape | None:
    if a == b:
        return a
    if a.rank is None or b.rank is None:
        if a.seq == b.seq and len(a.prefix) == len(b.prefix) and len(a.suffix) == len(b.suffix):
            prefix = _join_dims(body, a.prefix, b.prefix)
            suffix = _join_dims(body, a.suffix, b.suffix)
            return None if prefix is None or suffix is None else Shape(prefix, a.seq, suffix)
        return Shape((), Seq.fresh("?"))
    if a.rank != b.rank:
        return None
    dims = _join_dims(body, a.prefix, b.prefix)
    return None if dims is None else Shape(dims)


def _join_dims(body: Body, a: Sequence[Dim], b: Sequence[Dim]) -> tuple[Dim, ...] | None:
    dims = []
    for x, y in zip(a, b, strict=True):
        if x == y:
            dims.append(x)
        elif body.unifier.equal(x, y, assume=False) is Verdict.REFUTED:
            return None
        else:
            dims.append(Dim.of(Var.fresh("?")))
    return tuple(dims)


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
