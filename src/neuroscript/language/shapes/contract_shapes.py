"""Shapes of contracts in `match(p)`: as what comes out of a neuron, or as what it has to fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


def contract_shape(body: Body, pattern: ast.ShapeExpr) -> Shape:
    """A shape of a contract, with the names that are known where it is used."""
    prefix: list[Dim] = []
    suffix: list[Dim] = []
    run: Seq | None = None
    for i, dim in enumerate(pattern.dims):
        side = prefix if run is None else suffix
        if isinstance(dim, ast.StarDim):
            if dim.name is not None or i == 0:
                run = Seq.fresh(dim.name or "")
            else:
                side.append(Dim.of(Var.fresh("*")))
            continue
        value = body.evaluator().value(dim)
        side.append(value if isinstance(value, Dim) else Dim.of(Var.fresh("?")))
    return Shape(tuple(prefix), run, tuple(suffix))


def pattern_shape(body: Body, pattern: ast.ShapeExpr, captured: dict[str, Abstract]) -> Shape:
    """A contract's shape: new names are captured, known ones have to be equal."""
    prefix: list[Dim] = []
    suffix: list[Dim] = []
    run: Seq | None = None
    for i, dim in enumerate(pattern.dims):
        side = prefix if run is None else suffix
        match dim:
            case ast.StarDim(name, _) if name is not None or i == 0:
                run = body.unifier.fresh_seq(name or "")
            case ast.StarDim():
                side.append(body.unifier.fresh("*"))
            case ast.NameValue(name) if name not in body.params:
                side.append(_captured(captured, name, body))
            case _:
                value = body.evaluator(captured).value(dim)
                side.append(value if isinstance(value, Dim) else body.unifier.fresh("?"))
    return Shape(tuple(prefix), run, tuple(suffix))


def _captured(captured: dict[str, Abstract], name: str, body: Body) -> Dim:
    known = captured.setdefault(name, body.unifier.fresh(name))
    assert isinstance(known, Dim)
    return known
