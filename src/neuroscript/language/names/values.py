"""Names in arguments, conditions and defaults: whether each one means something there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from neuroscript.diagnostics import Sink, Span, nearest
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    CannotBeBuilt,
    RunTimeDecides,
    UnexpectedArgument,
    UnknownName,
    UnknownNeuron,
)
from neuroscript.language.names.ports import ports_of
from neuroscript.language.syntax import ast


@dataclass(frozen=True, slots=True)
class Visible:
    """What a value may name at some place of a body."""

    definition: Definition
    bindings: frozenset[str] = frozenset()
    indices: frozenset[str] = frozenset()
    captures: Mapping[str, Span] = field(default_factory=dict)
    """Sizes named by a pattern or a rearrangement."""

    def with_captures(self, captures: Mapping[str, Span]) -> Visible:
        return replace(self, captures={**self.captures, **captures})

    def sizes(self) -> dict[str, Span]:
        """Names known only when the model runs: sizes of inputs, and captures."""
        return {**self.definition.sizes, **self.captures}

    def names(self) -> list[str]:
        scope = self.definition.scope
        return [
            *self.definition.params,
            *self.indices,
            *self.bindings,
            *self.sizes(),
            *scope.own_globals,
            *scope.imported_globals,
        ]


class ValueNames:
    """Checks the names in values; notes which bindings they use."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.used: set[str] = set()

    def check(self, value: ast.Value, visible: Visible, decides: str | None = None) -> bool:
        """Whether all names in a value are known; reports those that are not.

        `decides` says what depends on the value at construction, where sizes that are known
        only at run time cannot be used.
        """
        match value:
            case ast.NameValue(name, span):
                return self.name(name, span, visible, decides)
            case ast.GlobalValue(name, span):
                if visible.definition.scope.find_global(name) is None:
                    scope = visible.definition.scope
                    near = nearest(name, [*scope.own_globals, *scope.imported_globals])
                    self.sink.add(UnknownName(span, name, tuple(near)))
                    return False
                return True
            case ast.ListValue(items):
                return self.check_all(items, visible, decides)
            case ast.Unary(_, operand):
                return self.check(operand, visible, decides)
            case ast.Binary(_, left, right):
                return self.check_all((left, right), visible, decides)
            case ast.CallValue(call):
                return self.call(call, visible, decides)
            case ast.MemberValue(name, _, index):
                known = self.name(name.text, name.span, visible, decides)
                return self.check(index, visible, "which member is meant") and known
            case ast.Literal() | ast.BlockValue():
                return True
            case _:
                assert_never(value)

    def check_all(self, values: Sequence[ast.Value], visible: Visible, decides: str | None) -> bool:
        """Whether the names in all values are known; each is looked at."""
        found = [self.check(value, visible, decides) for value in values]
        return all(found)

    def name(self, name: str, span: Span, visible: Visible, decides: str | None) -> bool:
        definition = visible.definition
        if name in definition.params or name in visible.indices:
            return True
        if name in visible.bindings:
            self.used.add(name)
            return True
        sizes = visible.sizes()
        if name in sizes:
            if decides is not None:
                self.sink.add(RunTimeDecides(span, name, decides, sizes[name]))
                return False
            return True
        scope = definition.scope
        if scope.find_global(name) is not None or scope.find(name) is not None:
            return True
        if scope.is_missing(name):
            return False
        later = definition.bindings.get(name)
        near = tuple(nearest(name, visible.names()))
        self.sink.add(UnknownName(span, name, near, later.span if later else None))
        return False

    def call(self, call: ast.Call, visible: Visible, decides: str | None) -> bool:
        """A neuron as a value: `Linear(d, d)`, `Freeze(..)`, `p(d)`."""
        known = self.check_all([arg.value for arg in call.args], visible, decides)
        name, definition = call.name.text, visible.definition
        if name == "Freeze":
            return self.freeze(call, visible) and known
        if name in definition.params:
            if name in definition.neuron_params:
                return known
            declared = definition.params[name].span
            self.sink.add(
                CannotBeBuilt(
                    call.span, name, "is a parameter and no neuron",
                    f"declare it as one: `{name}: Neuron`", declared,
                )
            )  # fmt: skip
            return False
        if name in visible.bindings:
            advice = "a binding is one instance: name it without `()`"
            self.sink.add(CannotBeBuilt(call.span, name, "is built already", advice, None))
            return False
        callee = definition.scope.find(name)
        if callee is None:
            if definition.scope.find_global(name) is not None:
                advice = f"there is one for the whole model: write `{name}`"
                self.sink.add(CannotBeBuilt(call.span, name, "is built already", advice, None))
            elif not definition.scope.is_missing(name):
                near = definition.scope.near(name)
                self.sink.add(UnknownNeuron(call.name.span, name, near))
            return False
        return bind(call, callee, self.sink) is not None and known

    def freeze(self, call: ast.Call, visible: Visible) -> bool:
        """`Freeze` takes one neuron."""
        first = call.args[0].value if len(call.args) == 1 else None
        if first is not None and call.args[0].keyword is None:
            if ports_of(first, visible.definition, {}) is not None:
                return True
        self.sink.add(
            UnexpectedArgument(call.span, "Freeze", "takes one neuron", "Freeze(neuron)", ())
        )
        return False
