"""Neurons of a file, and the names inside a neuron, are distinct (NS204)."""

from __future__ import annotations

from collections.abc import Iterable

from neuroscript.language.names.errors import DefinedTwice
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax import ast


def distinct_names(context: Context) -> None:
    names = [neuron.name for neuron in context.program.neurons]
    _check(context, [*names, *(value.name for value in context.program.globals)])
    for neuron in context.program.neurons:
        ports = (*neuron.inputs, *neuron.outputs)
        named = [port.name for port in ports if port.name is not None]
        bound = [item.name for item in neuron.items]
        _check(context, (*(param.name for param in neuron.params), *named, *bound))
        for item in neuron.items:
            _check_inside(context, item)
        for group in (neuron.inputs, neuron.outputs):
            unnamed = [port for port in group if port.name is None]
            for port in unnamed[1:]:
                direction = "in" if group is neuron.inputs else "out"
                context.sink.add(DefinedTwice(port.span, direction, unnamed[0].span))


def _check_inside(context: Context, item: ast.Item) -> None:
    if isinstance(item, ast.Unroll):
        _check(context, [inner.name for inner in item.items])
        for inner in item.items:
            _check_inside(context, inner)


def _check(context: Context, names: Iterable[ast.Name]) -> None:
    first: dict[str, ast.Name] = {}
    for name in names:
        if name.text in first:
            context.sink.add(DefinedTwice(name.span, name.text, first[name.text].span))
        first.setdefault(name.text, name)
