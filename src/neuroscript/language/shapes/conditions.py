"""Sizes and guards as values of the language, over the parameters that decide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import assert_never

from neuroscript.diagnostics import Span
from neuroscript.language.shapes.dims import Atom, Dim, Var
from neuroscript.language.syntax import ast


def size_value(dim: Dim, span: Span) -> ast.Value | None:
    """A dim as it could be written in a program; None if it is no matter of parameters.

    A quotient is written as one, so it is meant for numbers that divide, or are rounded down.
    """
    terms = [_term(monomial, factor, span) for monomial, factor in dim.terms]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        return None
    return _joined("+", known, span) if known else ast.Literal(0, span)


def _term(atoms: Sequence[Atom], factor: int, span: Span) -> ast.Value | None:
    parts: list[ast.Value] = []
    for atom in atoms:
        part = _atom(atom, span)
        if part is None:
            return None
        parts.append(part)
    if factor != 1 or not parts:
        parts.insert(0, ast.Literal(factor, span))
    return _joined("*", parts, span)


def _atom(atom: Atom, span: Span) -> ast.Value | None:
    if isinstance(atom, Var):
        return ast.NameValue(atom.name, span) if atom.number == 0 else None
    over, under = size_value(atom.over, span), size_value(atom.under, span)
    return ast.Binary("/", over, under, span) if over is not None and under is not None else None


def equal(left: Dim, right: Dim, span: Span) -> ast.Value | None:
    """The condition that two sizes are equal; None if parameters do not decide it."""
    a, b = size_value(left, span), size_value(right, span)
    return ast.Binary("==", a, b, span) if a is not None and b is not None else None


def all_of(conditions: Sequence[ast.Value], span: Span) -> ast.Value:
    """The condition that all hold: `true` for none."""
    return _joined("and", conditions, span) if conditions else ast.Literal(True, span)


def with_sizes(value: ast.Value, sizes: Mapping[str, ast.Value | None]) -> ast.Value | None:
    """A guard with sizes in the place of their names; None if one of those is not known."""
    match value:
        case ast.NameValue(name) if name in sizes:
            return sizes[name]
        case ast.Unary(operator, operand, span):
            inner = with_sizes(operand, sizes)
            return ast.Unary(operator, inner, span) if inner is not None else None
        case ast.Binary(operator, left, right, span):
            a, b = with_sizes(left, sizes), with_sizes(right, sizes)
            return ast.Binary(operator, a, b, span) if a is not None and b is not None else None
        case (
            ast.Literal()
            | ast.NameValue()
            | ast.ListValue()
            | ast.GlobalValue()
            | ast.CallValue()
            | ast.MemberValue()
            | ast.BlockValue()
        ):
            return value
        case _:
            assert_never(value)


def _joined(operator: str, values: Sequence[ast.Value], span: Span) -> ast.Value:
    return reduce(lambda left, right: ast.Binary(operator, left, right, span), values)
