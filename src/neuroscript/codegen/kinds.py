"""Python types of a neuron's parameters, from how they are used."""

from __future__ import annotations

from collections.abc import Iterator

from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Apply, Instance, all_steps
from neuroscript.language.shapes.params import param_kind
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import (
    calls_in,
    mentioned,
    mentioned_in_shape,
    names_in,
    steps_in,
    values_of,
)

TYPES = {"int": "int", "float": "float", "bool": "bool", "str": "str", "list": "Sequence[int]"}
"""A list that is given may be any sequence: defaults are tuples, which nobody can change."""


def param_kinds(inferred: Inferred) -> dict[str, str]:
    """`int float bool str list` for each parameter, or nothing where no use tells."""
    definition = inferred.definition
    kinds = {name: param_kind(param, definition) for name, param in definition.params.items()}
    if not all(kinds.values()):
        for callee, name, value in _uses(inferred):
            kind = param_kind(callee.params[name], callee)
            for used in names_in(value):
                simple = isinstance(value, ast.NameValue)
                if used.name in kinds and not kinds[used.name] and (simple or kind == "int"):
                    kinds[used.name] = kind
        for name in _counts(definition):
            if not kinds.get(name, "int"):
                kinds[name] = "int"
    return kinds


def _uses(inferred: Inferred) -> Iterator[tuple[Definition, str, ast.Value]]:
    """Arguments that the body gives to other neurons, with the parameter each is for."""
    if inferred.flow is not None:
        for step in all_steps(inferred.flow.steps):
            if isinstance(step, Apply) and isinstance(step.target, Instance):
                for name, argument in step.target.arguments.items():
                    yield step.target.definition, name, argument.value
                    yield from _in_value(argument.value, inferred.definition)
    for item in inferred.definition.neuron.items:
        for value in values_of(item):
            yield from _in_value(value, inferred.definition)


def _in_value(
    value: ast.Value, definition: Definition
) -> Iterator[tuple[Definition, str, ast.Value]]:
    for call in calls_in(value):
        callee = definition.scope.find(call.name.text)
        if callee is None:
            continue
        for position, argument in enumerate(call.args):
            names = list(callee.params)
            name = argument.keyword.text if argument.keyword is not None else None
            if name is None and position < len(names):
                name = names[position]
            if name is not None and name in callee.params:
                yield callee, name, argument.value


def _counts(definition: Definition) -> list[str]:
    """Names in counts, in sizes, and in arithmetic that conditions compare."""
    found = [name for item in definition.neuron.items for name in _in_counts(item)]
    for graph in definition.neuron.graphs:
        for step in steps_in(graph.block):
            found.extend(_in_step(step))
    return found


def _in_counts(item: ast.Item) -> Iterator[str]:
    if isinstance(item, ast.Unroll):
        yield from (name.name for name in names_in(item.count))
        for inner in item.items:
            yield from _in_counts(inner)


def _in_step(step: ast.Step) -> Iterator[str]:
    match step:
        case ast.If(branches):
            for branch in branches:
                yield from _compared(branch.condition)
        case ast.Rearrange(_, _, dims):
            yield from _sizes(dims)
        case ast.Match(_, arms):
            for arm in arms:
                if isinstance(arm.pattern, ast.ShapeExpr):
                    yield from mentioned_in_shape(arm.pattern)
        case _:
            return


def _sizes(dims: tuple[ast.RearrangeDim, ...]) -> Iterator[str]:
    """Names in the sizes of a rearrangement."""
    for dim in dims:
        if not isinstance(dim, ast.StarDim | ast.Others):
            yield from mentioned(dim.value if isinstance(dim, ast.NamedDim) else dim)


def _compared(value: ast.Value) -> Iterator[str]:
    """Names that a condition compares with whole numbers."""
    if not isinstance(value, ast.Binary):
        return
    sides = (value.left, value.right)
    if value.operator in ("and", "or"):
        for side in sides:
            yield from _compared(side)
    elif any(isinstance(s, ast.Literal) and type(s.value) is int for s in sides):
        for side in sides:
            yield from (name.name for name in names_in(side))
