"""Submodules that belong to one place of the graph: inline calls and Neuron parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from neuroscript.codegen.calls import instance_of
from neuroscript.codegen.naming import snake_case
from neuroscript.language.names.flow import Inline, Instance, ParamCall
from neuroscript.language.shapes.values import NeuronValue
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


class Submodules:
    """Builds what is applied where it stands, and says how `forward` reads it."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.owner = constructor.owner
        self.params: dict[str, str] = {}
        """Attributes of the instances that Neuron parameters are."""

    def inline(self, target: Instance | ParamCall | Inline, rank: int | None = None) -> str:
        """What is applied once, to a tensor of so many axes."""
        calls = self.constructor.calls
        match target:
            case Instance(definition, arguments):
                value = self.constructor.evaluator().arguments(definition, arguments)
                neuron = NeuronValue(definition, value or ())
                with self.constructor.at_rank(rank):
                    text = calls.construct(definition, arguments, neuron)
                name = definition.name
            case ParamCall(param, args):
                text, name = calls.param_call(param, args), param
            case Inline(value):
                text, name = calls.made(value), _innermost(value)
            case _:
                assert_never(target)
        return self.owner.keep(snake_case(name), text)

    def param(self, name: str) -> str:
        """The private or shared instance that a bare Neuron parameter is."""
        if name not in self.params:
            self.params[name] = attribute = self.owner.attributes.take(name)
            with self.constructor.before_blocks():
                made = instance_of(self.owner.params[name])
                self.owner.init.line(f"self.{attribute} = {made}")
        return f"self.{self.params[name]}"


def _innermost(value: ast.Value) -> str:
    """What a frozen neuron is, for its attribute."""
    while isinstance(value, ast.CallValue) and value.call.name.text == "Freeze":
        value = value.call.args[0].value
    match value:
        case ast.CallValue(call):
            return call.name.text
        case ast.NameValue(name):
            return name
        case _:
            return "frozen"
