"""The entry neuron: the one that a program is about."""

from __future__ import annotations

from collections.abc import Iterable

from neuroscript.diagnostics import Sink, Span, nearest
from neuroscript.language.names.errors import NoSuchEntry
from neuroscript.language.names.scope import Scope
from neuroscript.language.syntax.ast import Neuron, Program
from neuroscript.language.syntax.walk import mentioned, mentioned_in_body


def entry_of(program: Program, scope: Scope, wanted: str | None, sink: Sink) -> str | None:
    """The one asked for, else the only one that no other uses, else the last."""
    if wanted is not None:
        if wanted in scope.own:
            return wanted
        sink.add(no_such_entry(program, wanted))
        return None
    if len(program.neurons) < 2:
        return program.neurons[0].name.text if program.neurons else None
    used = used_by_others(program.neurons)
    used |= {name for value in program.globals for name in mentioned(value.value)}
    free = [name for name in scope.own if name not in used]
    return free[0] if len(free) == 1 else program.neurons[-1].name.text


def used_by_others(neurons: Iterable[Neuron]) -> set[str]:
    """The names that neurons mention, each but its own."""
    return {
        name for neuron in neurons for name in mentioned_in_body(neuron) if name != neuron.name.text
    }


def no_such_entry(program: Program, wanted: str) -> NoSuchEntry:
    names = tuple(neuron.name.text for neuron in program.neurons)
    return NoSuchEntry(Span(program.source, 0, 0), wanted, tuple(nearest(wanted, names)), names)
