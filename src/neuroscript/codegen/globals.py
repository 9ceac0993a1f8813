"""Globals: their values, or the one instance that the whole model has of a neuron."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.expression import Expressions, known_text
from neuroscript.codegen.writer import string
from neuroscript.diagnostics import InternalError, Sink
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.scope import GlobalDefinition
from neuroscript.language.shapes.evaluate import Evaluator, global_value
from neuroscript.language.shapes.values import NeuronValue, kind_of
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


class Globals:
    """Reads globals; an instance is built or found in `_shared` when it is first met."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.attributes: dict[str, str] = {}
        """Of the instances that have been met."""

    def text(self, found: GlobalDefinition) -> str:
        value = global_value(found, Sink())
        if not isinstance(value, NeuronValue):
            return _plain(found)
        if found.name not in self.attributes:
            owner = self.constructor.owner
            self.attributes[found.name] = attribute = owner.attributes.take(found.name)
            owner.shares = True
            key = string(found.name)
            with self.constructor.before_blocks():
                with self.constructor.block(f"if {key} not in _shared:"):
                    self.build(found, value, f"_shared[{key}]")
                owner.init.line(f"self.{attribute} = _shared[{key}]")
        return f"self.{self.attributes[found.name]}"

    def build(self, found: GlobalDefinition, value: NeuronValue, place: str) -> None:
        """The names in its arguments are those of globals."""
        assert isinstance(found.declaration.value, ast.CallValue)
        calls = self.constructor.calls
        given = bind(found.declaration.value.call, value.definition, Sink()) or {}
        host = calls.host(value.definition, value)
        kinds = Evaluator({}, Sink(), found.scope)

        def name(name: str) -> str | None:
            other = found.scope.find_global(name)
            return _plain(other) if other is not None else None

        write = Expressions(name, lambda v: kind_of(kinds.value(v)))
        arguments = self.constructor.arguments.of_call(value.definition, given, host, write)
        text = self.constructor.owner.imports.host_class(host)
        self.constructor.init.wrapped(f"{place} = {text}(", arguments, ")")


def _plain(found: GlobalDefinition) -> str:
    known = known_text(global_value(found, Sink()))
    if known is None:
        raise InternalError(f"the global {found.name} has no value")
    return known
