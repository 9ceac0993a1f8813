"""The target of a `=>` without a plan of its own: settled before, or not to be settled yet."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.rearrange.reading import Reading
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in


def as_before(reading: Reading, source: Shape, target: Shape) -> Shape:
    """The target with numbers, where the reading was settled with names."""
    values = _values(reading, source, target)
    dims = [dim.substitute(values) for dim in target.dims]
    for entry in reading.node.dims:
        if isinstance(entry, ast.NamedDim):
            reading.bound[entry.name.text] = _size(reading, entry.value, values)
    now = reading.source
    if now.seq is None and target.seq is None and reading.node.annotation is None:
        one = Dim.const(1)
        before, after = prod(now.dims, start=one), prod(dims, start=one)
        if (before - after).never_zero:
            reading.count_changes(before, after)
    front = len(target.prefix)
    if target.seq is None or now.seq is None:
        middle = () if target.seq is None else _run(now, source)
        return Shape((*dims[:front], *middle, *dims[front:]))
    return Shape(tuple(dims[:front]), now.seq, tuple(dims[front:]))


def _values(reading: Reading, source: Shape, target: Shape) -> dict[Var, Dim]:
    """What the sizes are by now that the reading was settled with."""
    values: dict[Var, Dim] = {}
    for before, now in zip(source.dims, reading.source.dims, strict=False):
        if before.variable is not None:
            values[before.variable] = now
    for var in {var for dim in target.dims for var in dim.variables}:
        value = reading.names.get(var.name) if var.number == 0 else None
        if isinstance(value, Dim):
            values.setdefault(var, value)
    return values


def _run(now: Shape, source: Shape) -> tuple[Dim, ...]:
    """The dims that a run of the source as it was read has become."""
    count = len(now.prefix) - len(source.dims)
    return now.prefix[len(source.prefix) : len(source.prefix) + count]


def unread(reading: Reading) -> Shape:
    """The target of a source that nobody knows yet: what its entries say."""
    dims: list[Dim] = []
    for node in reading.node.dims:
        value = node.value if isinstance(node, ast.NamedDim) else node
        dim = Dim.of(Var.fresh("?"))
        if not isinstance(value, ast.StarDim | ast.Others):
            known = all(name.name in reading.names for name in names_in(value))
            dim = _size(reading, value, {}) if known else dim
        if isinstance(node, ast.NamedDim):
            reading.bound[node.name.text] = dim
        dims.append(dim)
    if reading.node.dims and isinstance(reading.node.dims[0], ast.StarDim):
        return Shape((), Seq.fresh("?"), tuple(dims[1:]))
    return Shape(tuple(dims))


def _size(reading: Reading, value: ast.Value, values: Mapping[Var, Dim]) -> Dim:
    names: dict[str, Abstract] = {var.name: dim for var, dim in values.items()}
    evaluator = reading.evaluator
    found = Evaluator({**names, **reading.names}, evaluator.sink, evaluator.scope)
    return found.size(value) or Dim.of(Var.fresh("?"))
