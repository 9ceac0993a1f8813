"""Python types of a neuron's parameters, from how they are used."""

from __future__ import annotations

from collections.abc import Iterator

from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.params import param_kind
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


def param_kinds(definition: Definition) -> dict[str, str]:
    """`int float bool str list` for each parameter, or nothing where no use tells."""
    return {name: _kind(definition, name, ()) for name in definition.params}


def _kind(definition: Definition, name: str, seen: tuple[Definition, ...]) -> str:
    """Declared, or what a use takes it as, in the neurons too that it is handed on to."""
    param = definition.params[name]
    found = param_kind(param, definition)
    if found or definition in seen:
        return found
    seen = (*seen, definition)
    for callee, theirs, value in _uses(definition):
        if all(used.name != name for used in names_in(value)):
            continue
        kind = _kind(callee, theirs, seen)
        if kind and (isinstance(value, ast.NameValue) or kind == "int"):
            return kind
    if name in _counts(definition):
        return "int"
    if isinstance(param.default, ast.NameValue) and param.default.name in definition.params:
        return _kind(definition, param.default.name, seen[:-1])
    return ""


def _uses(definition: Definition) -> Iterator[tuple[Definition, str, ast.Value]]:
    """Arguments that the body gives to other neurons, with the parameter each is for."""
    for graph in definition.neuron.graphs:
        for step in steps_in(graph.block):
            match step:
                case ast.Call(name, args) | ast.Rearrange(_, ast.Call(name, args), _):
                    yield from _in_call(name.text, args, definition)
                case ast.Wrap((ast.Argument(_, ast.NameValue(wrapper)), *_) as args, _):
                    yield from _in_call(wrapper, args, definition)
                case _:
                    pass
    for item in definition.neuron.items:
        for value in values_of(item):
            for call in calls_in(value):
                yield from _in_call(call.name.text, call.args, definition, inner=False)


def _in_call(
    name: str, args: tuple[ast.Argument, ...], definition: Definition, inner: bool = True
) -> Iterator[tuple[Definition, str, ast.Value]]:
    callee = definition.scope.find(name)
    if callee is None or name in definition.neuron_params:
        return
    names = list(callee.params)
    for position, argument in enumerate(args):
        theirs = argument.keyword.text if argument.keyword is not None else None
        if theirs is None and position < len(names):
            theirs = names[position]
        if theirs is not None and theirs in callee.params:
            yield callee, theirs, argument.value
        for call in calls_in(argument.value) if inner else ():
            yield from _in_call(call.name.text, call.args, definition, inner=False)


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
