"""Defaults of parameters use earlier parameters and globals (NS202)."""

from __future__ import annotations

from neuroscript.diagnostics import nearest
from neuroscript.language.names.errors import UnknownName
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax.walk import names_in


def known_names(context: Context) -> None:
    for neuron in context.program.neurons:
        earlier: list[str] = []
        for param in neuron.params:
            for name in names_in(param.default) if param.default is not None else ():
                found = name.name in earlier or context.scope.find_global(name.name)
                if not found and context.scope.find(name.name) is None:
                    later = [p.span for p in neuron.params if p.name.text == name.name]
                    near = tuple(nearest(name.name, earlier))
                    at = later[0] if later else None
                    context.sink.add(UnknownName(name.span, name.name, near, at))
            earlier.append(param.name.text)
