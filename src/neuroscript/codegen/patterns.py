"""Patterns of `match:` as Python tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.language.names.flow import ShapeArm
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.steps import Steps


def arm_test(
    arm: ShapeArm, x: str, shape: Shape | None, steps: Steps
) -> tuple[str | None, dict[str, str]]:
    """The test of an arm and how its captures are read.

    The test is empty for an arm that takes all that is left, None for one never taken.
    """
    places = _places(arm.pattern)
    has_rest = len(arm.pattern.dims) != len(places)
    rank = shape.rank if shape is not None else None
    tests = _rank_test(x, rank, len(places), has_rest)
    if tests is None:
        return None, {}
    captures: dict[str, str] = {}
    for index, dim in places:
        known = shape.prefix[index] if rank is not None and shape is not None else None
        test = _size_test(dim, f"{x}.shape[{index}]", known, captures, steps)
        if test is None:
            return None, {}
        tests += [test] if test else []
    if arm.guard is not None:
        names = steps.constructor.forward_names
        saved = dict(names.captures)
        names.captures.update(captures)
        tests.append(steps.constructor.in_forward.operand(arm.guard, 2 if tests else 0))
        names.captures = saved
    return " and ".join(tests), captures


def _rank_test(x: str, rank: int | None, least: int, has_rest: bool) -> list[str] | None:
    """What is to be tested of the rank; None if it can never fit."""
    if rank is not None:
        fits = rank >= least if has_rest else rank == least
        return [] if fits else None
    if has_rest:
        return [f"{x}.ndim >= {least}"] if least else []
    return [f"{x}.ndim == {least}"]


def _size_test(
    dim: ast.ShapeDim, text: str, known: Dim | None, captures: dict[str, str], steps: Steps
) -> str | None:
    """The test of one size, empty if there is nothing to test, None if it can never hold."""
    owner = steps.owner
    if isinstance(dim, ast.StarDim):
        return ""
    if isinstance(dim, ast.NameValue) and _captures(dim.name, steps):
        first = captures.setdefault(dim.name, text)
        return f"{text} == {first}" if first != text else ""
    value = owner.constructor.value(dim)
    if isinstance(value, Dim) and known is not None:
        difference = value - known
        if not difference.terms:
            return ""  # what is known of the shape proves it
        if difference.never_zero:
            return None
    return f"{text} == {owner.constructor.in_forward.operand(dim, 5)}"


def _places(pattern: ast.ShapeExpr) -> list[tuple[int, ast.ShapeDim]]:
    """The dims of a pattern with their axes; those behind the rest count from the end."""
    dims = list(pattern.dims)
    rest = next((i for i, dim in enumerate(dims) if _is_rest(dim, i, len(dims))), None)
    if rest is None:
        return list(enumerate(dims))
    back = [(i - len(dims), dim) for i, dim in enumerate(dims) if i > rest]
    return [*enumerate(dims[:rest]), *back]


def _is_rest(dim: ast.ShapeDim, index: int, count: int) -> bool:
    return isinstance(dim, ast.StarDim) and (dim.name is not None or (index == 0 and count == 1))


def _captures(name: str, steps: Steps) -> bool:
    owner = steps.owner
    scope = owner.definition.scope
    return name not in owner.params and scope.find_global(name) is None
