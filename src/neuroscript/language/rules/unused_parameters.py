"""A parameter of a graph neuron that nothing mentions is unused (NS901)."""

from __future__ import annotations

from neuroscript.language.names.errors import Unused
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.build import names_in


def unused_parameters(context: Context) -> None:
    for neuron in context.program.neurons:
        if neuron.damaged or not neuron.graphs:
            continue
        used = {name for graph in neuron.graphs for name in _in_block(graph.block)}
        for port in (*neuron.inputs, *neuron.outputs):
            for dim in port.shape.dims:
                if not isinstance(dim, ast.StarDim):
                    used |= {name.name for name in names_in(dim)}
        for param in neuron.params:
            if param.default is not None:
                used |= {name.name for name in names_in(param.default)}
        for param in neuron.params:
            if param.name.text not in used:
                context.sink.add(Unused(param.name.span, "parameter", param.name.text))


def _in_block(block: ast.Block) -> set[str]:
    used: set[str] = set()
    for line in block.lines:
        for step in line.steps:
            if isinstance(step, ast.Call):
                for argument in step.args:
                    used |= {name.name for name in names_in(argument.value)}
        if line.block is not None:
            used |= _in_block(line.block)
    return used
