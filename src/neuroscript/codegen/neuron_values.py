"""Neurons as values: how they are read where they stand, and what is given to other neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.writer import flat, string
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.values import (
    Abstract,
    Aggregate,
    AnyNeuron,
    NeuronValue,
    OneOf,
)
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import calls_in, names_in, steps_in, values_of

if TYPE_CHECKING:
    from neuroscript.codegen.aggregates import Built
    from neuroscript.codegen.construct import Constructor


def is_neuron(value: Abstract | None) -> bool:
    """Whether a value is a neuron, or one of several of which some are."""
    if isinstance(value, OneOf):
        return any(is_neuron(option) for option in value.options)
    return isinstance(value, NeuronValue | AnyNeuron | Aggregate)


class Neurons:
    """Reads neurons that are built, and writes what builds one for another neuron."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.owner = constructor.owner

    # --- as they are read

    def text(self, value: ast.Value) -> str | None:
        """A value that is a neuron, as `__init__` and `forward` read it; None for others."""
        match value:
            case ast.NameValue(name):
                return self.named(name)
            case ast.GlobalValue(name):
                found = self.owner.definition.scope.find_global(name)
                return self.constructor.globals.text(found) if found is not None else None
            case ast.MemberValue():
                return self.member(value)
            case ast.CallValue() | ast.BlockValue():
                return flat(self.constructor.calls.made(value))
            case _:
                return None

    def named(self, name: str) -> str | None:
        constructor = self.constructor
        built = constructor.aggregates.built.get(name)
        if built is not None:
            return constructor.chains.whole(built.item, built.attribute)
        nearer = (constructor.locals, constructor.forward_names.captures, self.owner.params)
        if any(name in names for names in nearer):
            return None
        if name in self.owner.bound:
            return f"self.{self.owner.bound[name]}"
        found = self.owner.definition.scope.find_global(name)
        if found is not None and name not in constructor.env:
            return constructor.globals.text(found)
        return None

    def member(self, value: ast.MemberValue) -> str:
        """`self.layers[i]`, or one binding of that round; as one module, if it is several."""
        place, item = self.member_place(value)
        if isinstance(item, ast.Unroll):
            return self.constructor.chains.whole(item, place)
        if item is None or self.is_round(value):
            return self.constructor.chains.picked(self.built(value).item, place)
        return place

    def is_round(self, value: ast.MemberValue) -> bool:
        """Whether it is a whole round that may carry more than its neurons take."""
        return value.member is None and not self.constructor.chains.one_by_one(
            self.built(value).item
        )

    def member_place(self, value: ast.MemberValue) -> tuple[str, ast.Item | None]:
        """Where a round is, or one binding of it; and that binding, or the only one."""
        built = self.built(value)
        place = f"{built.attribute}[{self.constructor.in_init.text(value.index)}]"
        name = value.member.text if value.member is not None else built.single
        if built.single is None and name is not None:
            place = f"{place}[{string(name)}]"
        return place, next((item for item in built.item.items if item.name.text == name), None)

    def built(self, value: ast.MemberValue) -> Built:
        return self.constructor.aggregates.built[value.name.text]

    def is_plain(self, name: str) -> bool:
        """Whether a name is a neuron of the program and nothing nearer."""
        if name in self.constructor.env or name in self.constructor.locals:
            return False
        scope = self.owner.definition.scope
        return scope.find_global(name) is None and scope.find(name) is not None

    # --- as they are given to others

    def passed(self, value: ast.Value, callee: Definition, param: str) -> str:
        """A neuron as an argument: itself where one is enough, else what builds it."""
        if isinstance(value, ast.NameValue) and not self.is_plain(value.name):
            return self.read(value)
        if isinstance(value, ast.MemberValue | ast.GlobalValue):
            return self.read(value)
        with self.constructor.at_rank(None):
            takes = takes_instance(callee, param)
            if takes and (_is_host(callee) or not isinstance(value, ast.NameValue)):
                return flat(self.constructor.calls.made(value))
            return self.factory(value)

    def read(self, value: ast.Value) -> str:
        return self.text(value) or self.constructor.in_init.text(value)

    def factory(self, value: ast.Value) -> str:
        """What builds a neuron each time it is called: a class, or a class with arguments."""
        if isinstance(value, ast.NameValue):
            if not self.is_plain(value.name):
                return self.read(value)
            definition = self.owner.definition.scope.find(value.name)
            assert definition is not None
            host = self.constructor.calls.host(definition, NeuronValue(definition, None))
            return self.owner.imports.host_class(host)
        head, items, tail = self.constructor.calls.made(value)
        if tail != ")":
            return f"lambda: {head}{', '.join(items)}{tail}"
        return f"{self.owner.imports.partial()}({', '.join([head[:-1], *items])})"


def _is_host(callee: Definition) -> bool:
    """Whether a neuron is a class of ours: those take neurons that are built."""
    return callee.library and not callee.is_graph


def takes_instance(callee: Definition, param: str) -> bool:
    """Whether a neuron uses a Neuron parameter only as it is: then it can be given an instance."""
    values = [value for item in callee.neuron.items for value in values_of(item)]
    if any(name.name == param for value in values for name in names_in(value)):
        return False
    calls = [call.name.text for value in values for call in calls_in(value)]
    return param not in calls and not _called(callee, param)


def _called(callee: Definition, param: str) -> bool:
    return any(
        _step_calls(step, param) for graph in callee.neuron.graphs for step in steps_in(graph.block)
    )


def _step_calls(step: ast.Step, param: str) -> bool:
    match step:
        case ast.Call(name, args):
            called = name.text == param
        case ast.Wrap(args, target):
            called = isinstance(target, ast.Node) and target.name.text == param
        case _:
            return False
    values = [argument.value for argument in args]
    return (
        called
        or any(name.name == param for value in values for name in names_in(value))
        or any(call.name.text == param for value in values for call in calls_in(value))
    )
