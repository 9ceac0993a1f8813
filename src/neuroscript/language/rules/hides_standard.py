"""A neuron that takes a name of the standard library hides it in its file (NS902)."""

from __future__ import annotations

from neuroscript.language.names.errors import HidesStandard
from neuroscript.language.rules.rule import Context


def hides_standard(context: Context) -> None:
    library = context.scope.library
    names = set(library.names()) if library is not None else set()
    for neuron in context.program.neurons:
        if neuron.name.text in names:
            context.sink.add(HidesStandard(neuron.name.span, neuron.name.text))
