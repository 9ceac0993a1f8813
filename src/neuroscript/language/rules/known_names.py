"""Defaults use earlier parameters, and arguments use parameters or sizes of ports (NS202)."""

from __future__ import annotations

from neuroscript.diagnostics import nearest
from neuroscript.language.names.errors import CannotBeUsedHere, UnknownName
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.build import names_in


def known_names(context: Context) -> None:
    for neuron in context.program.neurons:
        earlier: list[str] = []
        for param in neuron.params:
            if param.default is not None:
                _check(context, param.default, earlier, neuron)
            earlier.append(param.name.text)
        for graph in neuron.graphs:
            _check_block(context, graph.block, neuron)


def _check_block(context: Context, block: ast.Block, neuron: ast.Neuron) -> None:
    params = [param.name.text for param in neuron.params]
    for line in block.lines:
        for step in line.steps:
            if isinstance(step, ast.Call):
                for argument in step.args:
                    _check(context, argument.value, params, neuron)
        if line.block is not None:
            _check_block(context, line.block, neuron)


def _check(context: Context, value: ast.Value, known: list[str], neuron: ast.Neuron) -> None:
    for name in names_in(value):
        if name.name in known:
            continue
        later = [param for param in neuron.params if param.name.text == name.name]
        sizes = {
            mentioned.name: mentioned
            for port in neuron.inputs
            for dim in port.shape.dims
            if not isinstance(dim, ast.StarDim)
            for mentioned in names_in(dim)
        }
        if name.name in sizes and not later:
            advice = f"make it a parameter: `neuron {neuron.name}({name.name})`"
            context.sink.add(
                CannotBeUsedHere(
                    name.span, name.name, "a size of a port", advice, sizes[name.name].span
                )
            )
            continue
        near = tuple(nearest(name.name, known))
        at = later[0].span if later else None
        context.sink.add(UnknownName(name.span, name.name, near, at))
