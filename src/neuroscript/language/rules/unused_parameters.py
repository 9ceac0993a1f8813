"""A parameter of a graph neuron that nothing mentions is unused (NS901)."""

from __future__ import annotations

from neuroscript.language.names.errors import Unused
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax.walk import mentioned, mentioned_in_body, mentioned_in_shape


def unused_parameters(context: Context) -> None:
    for neuron in context.program.neurons:
        if neuron.damaged or not neuron.graphs:
            continue
        used = set(mentioned_in_body(neuron))
        for port in (*neuron.inputs, *neuron.outputs):
            used.update(mentioned_in_shape(port.shape))
        for param in neuron.params:
            if param.default is not None:
                used.update(mentioned(param.default))
        for param in neuron.params:
            if param.name.text not in used:
                context.sink.add(Unused(param.name.span, "parameter", param.name.text))
