"""Statements of `__init__` for what the context of a neuron binds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from neuroscript.codegen.host import HostExpression, host_of
from neuroscript.codegen.naming import INIT_NAMES, safe
from neuroscript.codegen.neuron_values import is_neuron
from neuroscript.codegen.raising import write_plain_raise
from neuroscript.codegen.writer import string
from neuroscript.language.names.definition import Definition
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import calls_in, values_of

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


class Bindings:
    """Writes aggregates, constants and neurons: plain, `@lazy` and `@static` ones."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.owner = constructor.owner

    def write(self) -> None:
        for item in self.owner.definition.neuron.items:
            name = item.name.text
            self.owner.init.place = item.span
            if isinstance(item, ast.Unroll):
                aggregates = self.constructor.aggregates
                aggregates.built[name] = aggregates.write(item, f"self.{self.owner.bound[name]}")
            elif is_neuron(self.constructor.env.get(name)):
                self.neuron(item)
            else:
                self.constant(item)

    def constant(self, item: ast.Binding) -> None:
        name = safe(item.name.text, INIT_NAMES)
        self.constructor.locals[item.name.text] = name
        self.constructor.divisions.guard_item(item)
        self.constructor.conditionals.assign_plain(item.value, name)

    def neuron(self, item: ast.Binding) -> None:
        target = f"self.{self.owner.bound[item.name.text]}"
        annotation = item.annotation.text if item.annotation is not None else ""
        self.constructor.divisions.guard_item(item)
        with self.constructor.at_rank(self.constructor.rank_at(item.name.text)):
            self.build(item, target, annotation)

    def build(self, item: ast.Binding, target: str, annotation: str) -> None:
        if annotation == "static":
            self.static(item, target)
        elif annotation == "lazy":
            self.lazy(item, target)
        elif bare := self.constructor.bare(item.name.text):
            self.bare(target, *bare)
        else:
            self.constructor.conditionals.assign_neuron(item.value, target)

    def bare(self, target: str, definition: Definition, given: Mapping[str, ast.Argument]) -> None:
        """What a neuron that is written in place keeps: an nn.Parameter, say."""
        host = host_of(definition)
        assert isinstance(host, HostExpression)
        if host.state is not None:
            made = self.constructor.calls.state(definition, given, host.state)
            self.constructor.conditionals.put(target, made)

    def lazy(self, item: ast.Binding, target: str) -> None:
        """Built if a path that is left uses it: the conditions of the branches it stands in."""
        conditions = self.owner.uses.get(item.name.text, [])
        if not conditions:
            return  # nothing uses it
        if any(not condition for condition in conditions):
            self.constructor.conditionals.assign_neuron(item.value, target)
            return
        head = f"if {' or '.join(dict.fromkeys(conditions))}:"
        with self.constructor.block(head, joins=True):
            self.constructor.conditionals.assign_neuron(item.value, target)

    def static(self, item: ast.Binding, target: str) -> None:
        """One for the whole model, the same arguments wherever it is built."""
        key = f"{self.owner.definition.name}.{item.name.text}"
        arguments = self.plain_arguments(item)
        if arguments:
            packed = f"({', '.join(arguments)}{',' if len(arguments) == 1 else ''})"
            given = string(f"{key}(..)")
            with self.constructor.block(f"if _shared.setdefault({given}, {packed}) != {packed}:"):
                what = f"NS513: `@static {item.name.text}` is built with different arguments"
                write_plain_raise(self.owner.init, what, item.span)
        self.share(key, item, target)

    def plain_arguments(self, item: ast.Binding) -> list[str]:
        """What the calls of a binding are given, but for neurons."""
        return [
            self.constructor.in_init.text(argument.value)
            for value in values_of(item)
            for call in calls_in(value)
            for argument in call.args
            if not is_neuron(self.constructor.value(argument.value))
        ]

    def share(self, key: str, item: ast.Binding, target: str) -> None:
        """Build what a binding holds unless the model has it, and keep it at `target`."""
        self.owner.shares = True
        place = f"_shared[{string(key)}]"
        with self.constructor.block(f"if {string(key)} not in _shared:"):
            self.constructor.conditionals.assign_neuron(item.value, place)
        self.owner.init.line(f"{target} = {place}")
