"""How many tensors something takes and gives, before anything is known about their shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from neuroscript.diagnostics import Sink
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.definition import Definition
from neuroscript.language.syntax import ast

MAX_OUTPUTS = 1000


def port_letter(index: int) -> str:
    """Names of ports that are counted: a to z, then numbers alone."""
    return "abcdefghijklmnopqrstuvwxyz"[index] if index < 26 else str(index)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of something that can be applied. None: not known here."""

    name: str
    inputs: tuple[str, ...] | None
    outputs: tuple[str, ...] | None
    variadic: bool = False
    same: bool = False
    """Whether it gives as many tensors as it takes: an aggregate."""

    definition: Definition | None = None

    @staticmethod
    def of(definition: Definition) -> Ports:
        return Ports(
            definition.name,
            definition.input_names,
            definition.output_names,
            definition.variadic,
            definition=definition,
        )

    @staticmethod
    def of_call(definition: Definition, arguments: Mapping[str, ast.Argument]) -> Ports | None:
        """The ports of a neuron with these arguments; None if they do not say how many."""
        ports = Ports.of(definition)
        if definition.counted_by is None:
            return ports
        argument = arguments.get(definition.counted_by)
        value = argument.value if argument is not None else None
        count: object = None
        if isinstance(value, ast.ListValue):
            count = len(value.items)
        elif isinstance(value, ast.Literal):
            count = value.value
        return ports.counting(count)

    def counting(self, count: object) -> Ports | None:
        """With so many outputs; None if that is no number of them."""
        if type(count) is not int or not 0 < count <= MAX_OUTPUTS:
            return None
        return replace(self, outputs=tuple(port_letter(i) for i in range(count)))

    @staticmethod
    def unknown(name: str) -> Ports:
        return Ports(name, None, None)

    @staticmethod
    def aggregate(name: str) -> Ports:
        return Ports(name, None, None, same=True)


Known = Mapping[str, Ports]
"""The ports of Neuron parameters, where an instantiation says what they are."""


def ports_of(
    value: ast.Value | ast.Conditional, definition: Definition, known: Known, depth: int = 0
) -> Ports | None:
    """The ports of a neuron value, or None if the value is no neuron.

    Looks through bindings, `Freeze(..)` and Neuron parameters; what they are at the moment is in
    `known`.
    """
    if depth > 50:
        return Ports.unknown("?")
    match value:
        case ast.Conditional(branches):
            return ports_of(branches[0][1], definition, known, depth + 1)
        case ast.CallValue(call):
            if call.name.text == "Freeze" and call.args:
                return ports_of(call.args[0].value, definition, known, depth + 1)
            counted = _counted(call, definition)
            return counted or _named(call.name.text, definition, known, depth)
        case ast.NameValue(name):
            return _named(name, definition, known, depth)
        case ast.MemberValue(name, member, _):
            return _member(name.text, member, definition, known, depth)
        case ast.GlobalValue(name):
            found = definition.scope.find_global(name)
            return _global(name, definition) if found is not None else None
        case ast.BlockValue():
            return Ports("body", None, ("out",))
        case _:
            return None


def _counted(call: ast.Call, definition: Definition) -> Ports | None:
    """The ports of a library neuron whose arguments say how many outputs it has."""
    found = definition.scope.find(call.name.text)
    if found is None or found.counted_by is None or call.name.text in definition.params:
        return None
    bound = bind(call, found, Sink())
    return Ports.of_call(found, bound) if bound is not None else None


def _named(name: str, definition: Definition, known: Known, depth: int) -> Ports | None:
    if name in known:
        return known[name]
    if name in definition.params:
        return Ports.unknown(name) if name in definition.neuron_params else None
    item = definition.bindings.get(name)
    if isinstance(item, ast.Unroll):
        return Ports.aggregate(name)
    if item is not None:
        return ports_of(item.value, definition, known, depth + 1)
    found = definition.scope.find(name)
    if found is not None:
        return Ports.of(found)
    return _global(name, definition)


def _member(
    name: str, member: ast.Name | None, definition: Definition, known: Known, depth: int
) -> Ports | None:
    item = definition.bindings.get(name)
    if not isinstance(item, ast.Unroll):
        return None
    if member is None:
        return Ports.aggregate(name)
    for inner in item.items:
        if inner.name.text == member.text:
            if isinstance(inner, ast.Unroll):
                return Ports.aggregate(member.text)
            return ports_of(inner.value, definition, known, depth + 1)
    return None


def _global(name: str, definition: Definition) -> Ports | None:
    """A neuron global; its value sees the file it stands in."""
    found = definition.scope.find_global(name)
    if found is None or not isinstance(found.declaration.value, ast.CallValue):
        return None
    callee = found.scope.find(found.declaration.value.call.name.text)
    return Ports.of(callee) if callee is not None else None
