"""A neuron has exactly one of `impl` and `graph`, and an output (NS206)."""

from __future__ import annotations

from neuroscript.language.names.errors import NoBody
from neuroscript.language.rules.rule import Context


def one_body(context: Context) -> None:
    for neuron in context.program.neurons:
        if neuron.damaged:
            continue
        name, span = neuron.name.text, neuron.name.span
        if not neuron.impls and not neuron.graphs:
            advice = "add `graph:` with what it does, or `impl:` with the class that does it"
            context.sink.add(NoBody(span, name, "has no body", advice))
        elif neuron.impls and neuron.graphs:
            places = ((neuron.impls[0].span, "one body"), (neuron.graphs[0].span, "another"))
            context.sink.add(NoBody(span, name, "has two bodies", "remove one of them", places))
        if not neuron.outputs:
            advice = "declare one: `out: [..]`"
            context.sink.add(NoBody(span, name, "has no output", advice))
