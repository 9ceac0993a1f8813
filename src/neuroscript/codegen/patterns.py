"""Patterns of `match:` as Python tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.language.names.flow import ShapeArm
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.steps import Steps


def arm_test(
    arm: ShapeArm, x: str, shape: Shape | None, steps: Steps
) -> tuple[str | None, dict[str, str]]:
    """The test of an arm and how its captures are read.

    The test is empty for an arm that takes all that is left, None for one never taken.
    """
    rank = shape.rank if shape is not None else None
    tests: list[str] = []
    captures: dict[str, str] = {}
    places = _places(arm.pattern)
    least = len(places)
    has_rest = len(arm.pattern.dims) != least
    if rank is None:
        if not has_rest:
            tests.append(f"{x}.ndim == {least}")
        elif least:
            tests.append(f"{x}.ndim >= {least}")
    elif (rank < least) if has_rest else (rank != least):
        return None, {}
    owner = steps.owner
    for index, dim in places:
        text = f"{x}.shape[{index}]"
        known = shape.prefix[index] if rank is not None and shape is not None else None
        if isinstance(dim, ast.StarDim):
            continue
        if isinstance(dim, ast.NameValue) and _captures(dim.name, steps):
            if dim.name not in captures:
                captures[dim.name] = text
            else:
                tests.append(f"{text} == {captures[dim.name]}")
            continue
        value = owner.constructor.value(dim)
        if isinstance(value, Dim) and known is not None:
            difference = value - known
            if not difference.terms:
                continue  # what is known of the shape proves it
            if difference.never_zero:
                return None, {}
        tests.append(f"{text} == {owner.in_forward.operand(dim, 5)}")
    if arm.guard is not None:
        saved = dict(owner.constructor.captures)
        owner.constructor.captures.update(captures)
        strength = 2 if tests else 0
        tests.append(owner.in_forward.operand(arm.guard, strength))
        owner.constructor.captures = saved
    return " and ".join(tests), captures


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
