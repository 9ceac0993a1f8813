"""A port for any number of tensors is the only input, and never an output (NS207)."""

from __future__ import annotations

from neuroscript.language.names.errors import VariadicNotAlone
from neuroscript.language.rules.rule import Context


def variadic_alone(context: Context) -> None:
    for neuron in context.program.neurons:
        for port in neuron.inputs:
            if port.variadic and len(neuron.inputs) > 1:
                others = tuple(other.span for other in neuron.inputs[:100] if other is not port)
                context.sink.add(VariadicNotAlone(port.span, others))
        for port in neuron.outputs:
            if port.variadic:
                context.sink.add(VariadicNotAlone(port.span, ()))
