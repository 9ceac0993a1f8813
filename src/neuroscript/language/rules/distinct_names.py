"""Neurons of a file, and the names inside a neuron, are distinct (NS204)."""

from __future__ import annotations

from collections.abc import Iterable

from neuroscript.language.names.errors import DefinedTwice
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax import ast


def distinct_names(context: Context) -> None:
    _check(context, (neuron.name for neuron in context.program.neurons))
    for neuron in context.program.neurons:
        ports = (*neuron.inputs, *neuron.outputs)
        named = [port.name for port in ports if port.name is not None]
        _check(context, (*(param.name for param in neuron.params), *named))
        for group in (neuron.inputs, neuron.outputs):
            unnamed = [port for port in group if port.name is None]
            for port in unnamed[1:]:
                direction = "in" if group is neuron.inputs else "out"
                context.sink.add(DefinedTwice(port.span, direction, unnamed[0].span))


def _check(context: Context, names: Iterable[ast.Name]) -> None:
    first: dict[str, ast.Name] = {}
    for name in names:
        if name.text in first:
            context.sink.add(DefinedTwice(name.span, name.text, first[name.text].span))
        first.setdefault(name.text, name)
