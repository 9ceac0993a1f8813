"""Names with two underscores around belong to Python (NS205)."""

from __future__ import annotations

from neuroscript.language.names.errors import ReservedName
from neuroscript.language.rules.rule import Context


def reserved_names(context: Context) -> None:
    for neuron in context.program.neurons:
        name = neuron.name
        if name.text.startswith("__") and name.text.endswith("__"):
            context.sink.add(ReservedName(name.span, name.text))
