"""Names that are not a neuron's to take (NS205)."""

from __future__ import annotations

from neuroscript.language.names.errors import ReservedName
from neuroscript.language.rules.rule import Context

WORDS = ("unroll", "Freeze")


def reserved_names(context: Context) -> None:
    for neuron in context.program.neurons:
        name = neuron.name
        dunder = name.text.startswith("__") and name.text.endswith("__")
        if dunder or name.text in WORDS:
            context.sink.add(ReservedName(name.span, name.text))
