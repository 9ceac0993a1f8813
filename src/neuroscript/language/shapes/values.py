"""Arguments as far as the compiler can know them.

An integer is a `Dim`, perhaps with variables; other plain values are `Known` or a tuple; what
nobody can know before construction is `Unknown`. Neurons are values too: one with its arguments,
one that is given later, one of several, or an aggregate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import assert_never

from neuroscript.diagnostics import record, unique
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.syntax import ast
from neuroscript.language.work import spend


@record
class Known:
    """A float, string, bool or none."""

    value: float | str | bool | None


@record
class Unknown:
    """A value that is given later; `kind` is int, float, bool, str, list, or empty."""

    kind: str = ""


@record
class NeuronValue:
    """A neuron as a value."""

    definition: Definition
    args: tuple[tuple[str, Abstract], ...] | None
    """Of all parameters, in order; None for a factory that has none yet."""

    shared: bool = False
    """Whether it is an instance: a binding, a member, a neuron global."""

    frozen: bool = field(default=False, compare=False)
    """Whether it is not trained."""


@record
class AnyNeuron:
    """What a Neuron parameter is while its own definition is checked."""

    param: str
    contract: ast.Contract | None = None
    """Inside an arm of `match(p)`: the signature that it has there."""


@record
class OneOf:
    """The value of a conditional binding whose condition is not known."""

    options: tuple[Abstract, ...]


@unique
class Aggregate:
    """The value of `unroll(..)`: its body, and what the body sees."""

    item: ast.Unroll
    env: Mapping[str, Abstract]
    count: Dim | None
    """None where it is not known to be a number."""

    at: Dim | None = None
    """One iteration of it: `layers[i]`."""


Abstract = (
    Dim | Known | Unknown | NeuronValue | AnyNeuron | OneOf | Aggregate | tuple["Abstract", ...]
)

KINDS = ("int", "float", "bool", "str", "list", "Neuron", "NeuronType")
"""What a parameter can be declared to be."""


def kind_of(value: Abstract) -> str:
    """`int float bool str list none neuron`, or nothing where the kind is not known."""
    match value:
        case Dim():
            return "int"
        case Known(None):
            return "none"
        case Known(known):
            return type(known).__name__
        case Unknown(kind):
            return kind
        case tuple():
            return "list"
        case NeuronValue() | AnyNeuron() | Aggregate():
            return "neuron"
        case OneOf(options):
            kinds = {kind_of(option) for option in options}
            return kinds.pop() if len(kinds) == 1 else ""
        case _:
            assert_never(value)


def is_known(value: Abstract) -> bool:
    """Whether nothing about a value is left open."""
    match value:
        case Dim():
            return value.constant is not None
        case Known():
            return True
        case tuple():
            return all(is_known(item) for item in value)
        case NeuronValue(_, args):
            return args is None or all(is_known(item) for _, item in args)
        case Unknown() | AnyNeuron() | OneOf() | Aggregate():
            return False
        case _:
            assert_never(value)


def from_python(value: object) -> Abstract:
    """A Python value, as from a config or a call of `load()`'s classes."""
    match value:
        case bool() | float() | str() | None:
            return Known(value)
        case int():
            return Dim.const(value)
        case list() | tuple():
            return tuple(from_python(item) for item in value)
        case _:
            return Unknown()


def to_python(value: Abstract) -> object:
    """The Python value, or Ellipsis where it is not known."""
    match value:
        case Dim():
            return ... if value.constant is None else value.constant
        case Known(known):
            return known
        case tuple():
            items = [to_python(item) for item in value]
            return ... if any(item is ... for item in items) else items
        case Unknown() | NeuronValue() | AnyNeuron() | OneOf() | Aggregate():
            return ...
        case _:
            assert_never(value)


def map_dims(value: Abstract, change: Callable[[Dim], Dim]) -> Abstract:
    """A value with every size in it changed."""
    spend(2)
    match value:
        case Dim():
            return change(value)
        case tuple():
            return tuple(map_dims(item, change) for item in value)
        case NeuronValue(_, args) if args is not None:
            return replace(value, args=tuple((n, map_dims(item, change)) for n, item in args))
        case OneOf(options):
            return OneOf(tuple(map_dims(option, change) for option in options))
        case Aggregate(item, env, count, at):
            inner = {name: map_dims(v, change) for name, v in env.items()}
            return Aggregate(
                item, inner, None if count is None else change(count), at and change(at)
            )
        case Known() | Unknown() | NeuronValue() | AnyNeuron():
            return value
        case _:
            assert_never(value)


def variables_in(value: Abstract) -> list[Var]:
    """The variables in a value, in order of appearance."""
    found: dict[Var, None] = {}

    def note(dim: Dim) -> Dim:
        found.update(dict.fromkeys(sorted(dim.variables, key=lambda var: var.key)))
        return dim

    map_dims(value, note)
    return list(found)
