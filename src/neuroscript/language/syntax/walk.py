"""What a piece of a syntax tree mentions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from neuroscript.language.syntax import ast


def names_in(value: ast.Value) -> Iterator[ast.NameValue]:
    """The names that a value mentions as values; neurons that it calls are not among them."""
    match value:
        case ast.NameValue():
            yield value
        case ast.ListValue(items):
            for item in items:
                yield from names_in(item)
        case ast.Unary(_, operand):
            yield from names_in(operand)
        case ast.Binary(_, left, right):
            yield from names_in(left)
            yield from names_in(right)
        case ast.CallValue(call):
            for argument in call.args:
                yield from names_in(argument.value)
        case ast.MemberValue(name, _, index):
            yield ast.NameValue(name.text, name.span)
            yield from names_in(index)
        case ast.Literal() | ast.GlobalValue() | ast.BlockValue():
            return
        case _:
            assert_never(value)


def parts_of(value: ast.Value) -> Iterator[ast.Value]:
    """A value and the values in it."""
    yield value
    match value:
        case ast.ListValue(items):
            inner = items
        case ast.Unary(_, operand):
            inner = (operand,)
        case ast.Binary(_, left, right):
            inner = (left, right)
        case ast.CallValue(call):
            inner = tuple(argument.value for argument in call.args)
        case ast.MemberValue(_, _, index):
            inner = (index,)
        case _:
            inner = ()
    for part in inner:
        yield from parts_of(part)


def calls_in(value: ast.Value) -> Iterator[ast.Call]:
    """The neurons that a value builds, outermost first."""
    match value:
        case ast.CallValue(call):
            yield call
            for argument in call.args:
                yield from calls_in(argument.value)
        case ast.ListValue(items):
            for item in items:
                yield from calls_in(item)
        case ast.Unary(_, operand):
            yield from calls_in(operand)
        case ast.Binary(_, left, right):
            yield from calls_in(left)
            yield from calls_in(right)
        case ast.MemberValue(_, _, index):
            yield from calls_in(index)
        case ast.Literal() | ast.NameValue() | ast.GlobalValue() | ast.BlockValue():
            return
        case _:
            assert_never(value)


def mentioned(value: ast.Value) -> list[str]:
    """Names of all kinds in a value."""
    if isinstance(value, ast.NameValue):
        return [value.name]
    if isinstance(value, ast.Literal):
        return []
    return [
        *(name.name for name in names_in(value)),
        *(call.name.text for call in calls_in(value)),
        *(name for name in _globals(value)),
    ]


def _globals(value: ast.Value) -> Iterator[str]:
    if isinstance(value, ast.GlobalValue):
        yield value.name
    elif isinstance(value, ast.Binary):
        yield from _globals(value.left)
        yield from _globals(value.right)
    elif isinstance(value, ast.Unary):
        yield from _globals(value.operand)
    elif isinstance(value, ast.ListValue):
        for item in value.items:
            yield from _globals(item)
    elif isinstance(value, ast.CallValue):
        for argument in value.call.args:
            yield from _globals(argument.value)


def values_of(item: ast.Item) -> list[ast.Value]:
    """The values in a binding or aggregate."""
    if isinstance(item, ast.Unroll):
        return [item.count, *(value for inner in item.items for value in values_of(inner))]
    if isinstance(item.value, ast.Conditional):
        found = [value for pair in item.value.branches for value in pair]
        return [*found, item.value.otherwise] if item.value.otherwise is not None else found
    return [item.value]


def mentioned_in_shape(shape: ast.ShapeExpr) -> list[str]:
    return [
        name for dim in shape.dims if not isinstance(dim, ast.StarDim) for name in mentioned(dim)
    ]


def mentioned_in_block(block: ast.Block) -> list[str]:
    """All names in a block, whatever they stand for."""
    names: list[str] = []
    for line in block.lines:
        for step in line.steps:
            names += mentioned_in_step(step)
        if line.block is not None:
            names += mentioned_in_block(line.block)
    return names


def mentioned_in_step(step: ast.Step) -> list[str]:
    match step:
        case ast.Call(name, args):
            return [name.text, *_in_arguments(args)]
        case ast.Node(name, _, _, at):
            return [name.text, *mentioned(at)] if at is not None else [name.text]
        case ast.TupleStep(items):
            return [item.name.text for item in items]
        case ast.If(branches, otherwise):
            found = [name for branch in branches for name in mentioned(branch.condition)]
            for branch in branches:
                found += mentioned_in_block(branch.block)
            return found + (mentioned_in_block(otherwise) if otherwise is not None else [])
        case ast.Match(param, arms):
            found = [param.text] if param is not None else []
            for arm in arms:
                found += mentioned_in_arm(arm)
            return found
        case ast.Wrap(args, target):
            inner = (
                mentioned_in_block(target)
                if isinstance(target, ast.Block)
                else mentioned_in_step(target)
            )
            return [*_in_arguments(args), *inner]
        case ast.Rearrange(_, operation, dims):
            values = [dim.value if isinstance(dim, ast.NamedDim) else dim for dim in dims]
            found = [
                name
                for value in values
                if not isinstance(value, ast.StarDim | ast.Others)
                for name in mentioned(value)
            ]
            if isinstance(operation, ast.Call):
                found += [operation.name.text, *_in_arguments(operation.args)]
            return found
        case _:
            assert_never(step)


def _in_arguments(args: tuple[ast.Argument, ...]) -> list[str]:
    return [name for argument in args for name in mentioned(argument.value)]


def mentioned_in_arm(arm: ast.Arm) -> list[str]:
    shapes = [arm.pattern] if isinstance(arm.pattern, ast.ShapeExpr) else []
    if isinstance(arm.pattern, ast.Contract):
        shapes = [port.shape for port in (*arm.pattern.inputs, *arm.pattern.outputs)]
    found = [name for shape in shapes for name in mentioned_in_shape(shape)]
    found += mentioned(arm.guard) if arm.guard is not None else []
    return found + mentioned_in_block(arm.block)


def mentioned_in_body(neuron: ast.Neuron) -> list[str]:
    """All names in the context and graph of a neuron."""
    values = [value for item in neuron.items for value in values_of(item)]
    found = [name for value in values for name in mentioned(value)]
    for graph in neuron.graphs:
        found += mentioned_in_block(graph.block)
    return found


def mentioned_values(neuron: ast.Neuron) -> Iterator[str]:
    """Names that stand in bindings and in arguments of a neuron, not those that flow there."""
    values = [value for item in neuron.items for value in values_of(item)]
    for graph in neuron.graphs:
        for step in steps_in(graph.block):
            if isinstance(step, ast.Call | ast.Wrap):
                values += [argument.value for argument in step.args]
    for value in values:
        yield from (name.name for name in names_in(value))


def nodes_in(block: ast.Block) -> list[ast.Node]:
    """The nodes of a block, not those of branches and arms in it."""
    found: list[ast.Node] = []
    for line in block.lines:
        for step in line.steps:
            if isinstance(step, ast.Node):
                found.append(step)
            elif isinstance(step, ast.TupleStep):
                found.extend(step.items)
        if line.block is not None:
            found.extend(nodes_in(line.block))
    return found


def steps_in(block: ast.Block) -> Iterator[ast.Step]:
    """Every step of a block, those of branches, arms and wrapped bodies too."""
    for line in block.lines:
        for step in line.steps:
            yield step
            for inner in blocks_of(step):
                yield from steps_in(inner)
        if line.block is not None:
            yield from steps_in(line.block)


def blocks_of(step: ast.Step) -> list[ast.Block]:
    """The blocks inside a step."""
    match step:
        case ast.If(branches, otherwise):
            blocks = [branch.block for branch in branches]
            return [*blocks, otherwise] if otherwise is not None else blocks
        case ast.Match(_, arms):
            return [arm.block for arm in arms]
        case ast.Wrap(_, target):
            return [target] if isinstance(target, ast.Block) else []
        case _:
            return []
