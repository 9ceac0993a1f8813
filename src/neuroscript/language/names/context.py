"""The bindings of a `context:`: what they may name, and what they are."""

from __future__ import annotations

from dataclasses import replace

from neuroscript.diagnostics import Sink, nearest
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    Cycle,
    StaticArgumentsDiffer,
    UnknownAnnotation,
)
from neuroscript.language.names.values import ValueNames, Visible
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import calls_in, names_in, values_of

ANNOTATIONS = ("lazy", "static")


def resolve_context(definition: Definition, values: ValueNames, sink: Sink) -> Visible:
    """Check the bindings in order; the visible names behind them."""
    visible = Visible(definition, bindings=frozenset(_cycles(definition, sink)))
    for item in definition.neuron.items:
        _item(item, visible, values, sink)
        visible = replace(visible, bindings=visible.bindings | {item.name.text})
    return visible


def _item(item: ast.Item, visible: Visible, values: ValueNames, sink: Sink) -> None:
    if isinstance(item, ast.Binding):
        _binding(item, visible, values, sink)
        return
    values.check(item.count, visible, "how often something is repeated")
    inner = visible
    if item.index is not None:
        inner = replace(inner, indices=inner.indices | {item.index.text})
    for part in item.items:
        _item(part, inner, values, sink)
        inner = replace(inner, bindings=inner.bindings | {part.name.text})


def _binding(item: ast.Binding, visible: Visible, values: ValueNames, sink: Sink) -> None:
    if item.annotation is not None and item.annotation.text not in ANNOTATIONS:
        name = item.annotation.text
        near = tuple(nearest(name, ANNOTATIONS))
        sink.add(UnknownAnnotation(item.annotation.span, name, near, ANNOTATIONS))
    options = [item.value]
    if isinstance(item.value, ast.Conditional):
        for condition, _ in item.value.branches:
            values.check(condition, visible, "what is built")
        options = [value for _, value in item.value.branches]
        if item.value.otherwise is not None:
            options.append(item.value.otherwise)
    for value in options:
        assert not isinstance(value, ast.Conditional)
        # Arguments of a neuron may be sizes known at run time; constants may not.
        is_neuron = isinstance(value, ast.CallValue)
        values.check(value, visible, None if is_neuron else "the value of a binding")
        if item.annotation is not None and item.annotation.text == "static":
            for used in names_in(value):
                if used.name in visible.indices:
                    problem = f"depends on the index `{used.name}`"
                    sink.add(StaticArgumentsDiffer(used.span, item.name.text, problem, None))


def _cycles(definition: Definition, sink: Sink) -> set[str]:
    """Bindings that need each other (NS214); with that, all is said about their order."""
    bindings = definition.bindings
    needs: dict[str, set[str]] = {}
    for name, item in bindings.items():
        values = values_of(item)
        called = {call.name.text for value in values for call in calls_in(value)}
        needs[name] = called | {used.name for value in values for used in names_in(value)}
        needs[name] &= bindings.keys()
        if isinstance(item, ast.Unroll):
            needs[name].discard(name)  # told where the name stands
    told: set[str] = set()
    for start in needs:
        path, current = [start], start
        while len(path) <= len(needs) and start not in told:
            following = sorted(needs.get(current, ()))
            if not following:
                break
            current = following[0]
            if current == start:
                spans = [(definition.bindings[name].span, "needs the other") for name in path]
                first = definition.bindings[start].span
                sink.add(Cycle(first, tuple(path), tuple(s for s in spans if s[0] != first)))
                told.update(path)
                break
            if current in path:
                break
            path.append(current)
    return told
