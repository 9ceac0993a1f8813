"""Calls that build a neuron: of a host's class, a generated one, a parameter, a wrapped body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from neuroscript.codegen.arguments import Reading
from neuroscript.codegen.bundle import PRIMITIVES
from neuroscript.codegen.emitters import STATES
from neuroscript.codegen.host import HostClass, host_of
from neuroscript.codegen.naming import INIT_NAMES, safe
from neuroscript.codegen.neuron_values import is_neuron
from neuroscript.codegen.templates import as_call, filled
from neuroscript.codegen.writer import Text, flat
from neuroscript.diagnostics import InternalError, Sink
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.values import Abstract, NeuronValue
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


class Calls:
    """Writes the expression that builds or names a neuron."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.owner = constructor.owner

    def made(self, value: ast.Value) -> Text:
        match value:
            case ast.CallValue(call) if call.name.text == "Freeze":
                head, items, tail = self.made(call.args[0].value)
                return head, items, f"{tail}.requires_grad_(False)"
            case ast.CallValue(call) if call.name.text in self.owner.definition.neuron_params:
                return self.param_call(call.name.text, call.args)
            case ast.CallValue(call):
                return self.call(call, self.constructor.value(value))
            case ast.NameValue(name) if self.constructor.neurons.is_plain(name):
                return self.by_defaults(value)
            case ast.NameValue(name) if name in self.owner.definition.neuron_params:
                return instance_of(self.owner.params[name]), [], ""
            case ast.BlockValue():
                return self.body(value)
            case _:
                return as_call(self.constructor.neurons.read(value))

    def call(self, call: ast.Call, value: Abstract) -> Text:
        definition = self.owner.definition.scope.find(call.name.text)
        bound = bind(call, definition, Sink()) if definition is not None else None
        if definition is None or bound is None:
            raise InternalError(f"{call.span}: nothing to build")
        return self.construct(definition, bound, value)

    def by_defaults(self, value: ast.NameValue) -> Text:
        """A neuron that stands there without arguments."""
        definition = self.owner.definition.scope.find(value.name)
        assert definition is not None
        factory = NeuronValue(definition, None)
        complete = self.constructor.evaluator().defaults(factory, value.span)
        return self.construct(definition, {}, complete or NeuronValue(definition, ()))

    def body(self, value: ast.BlockValue) -> Text:
        """The neuron that the body of a `@wrap` is."""
        flow = self.owner.inferred.flow
        assert flow is not None
        definition = flow.bodies[value.span]
        given = {
            name: ast.Argument(None, ast.NameValue(name, value.span), value.span)
            for name in definition.params
        }
        return self.construct(definition, given, self.constructor.value(value))

    def construct(
        self, definition: Definition, given: Mapping[str, ast.Argument], value: Abstract
    ) -> Text:
        """A call of the class that stands for a neuron."""
        neuron = value if isinstance(value, NeuronValue) else NeuronValue(definition, ())
        host = self.host(definition, neuron)
        host = host.by_rank.get(self.constructor.rank or 0, host)
        text = self.owner.imports.host_class(host)
        write = self.constructor.in_init
        arguments = self.constructor.arguments.of_call(definition, given, host, write)
        if not host.module and self.owner.classes.takes_shared(neuron):
            self.owner.shares = True
            arguments.append("_shared=_shared")
        return self.started(definition, given, host, (f"{text}(", arguments, ")"))

    def started(
        self, definition: Definition, given: Mapping[str, ast.Argument], host: HostClass, made: Text
    ) -> Text:
        """With weights as the call says that they start, if it does."""
        if host.initialised is None:
            return made
        write = self.constructor.in_init
        std = self.constructor.arguments.argument(definition, given, host.initialised, write)
        if std == host.starts or re.fullmatch(r"-[\d.e-]+", std):
            return made
        return f"{self.owner.imports.host(PRIMITIVES, 'initialised')}(", [flat(made), std], ")"

    def state(
        self,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        state: HostClass | str,
    ) -> Text:
        """What a neuron that is written in place keeps from call to call."""
        write, arguments = self.constructor.in_init, self.constructor.arguments
        if isinstance(state, HostClass):
            passed = arguments.of_call(definition, given, state, write)
            made = f"{self.owner.imports.host_class(state)}(", passed, ")"
            return self.started(definition, given, state, made)
        read = Reading(arguments, definition, given, write)
        return STATES[state](read) if state in STATES else (filled(state, {}, read), [], "")

    def host(self, definition: Definition, value: NeuronValue) -> HostClass:
        """The class of a neuron: of a host, or one that is generated."""
        if not definition.is_graph:
            host = host_of(definition)
            if isinstance(host, HostClass):
                return host
        params = definition.params
        required = tuple(name for name, param in params.items() if param.default is None)
        defaults = [name for name, param in params.items() if param.default is not None]
        optional = tuple((safe(name, INIT_NAMES), name) for name in defaults)
        name = self.owner.classes.of(value)
        return HostClass("", name, required, optional, frozenset(), True)

    def param_call(self, name: str, args: tuple[ast.Argument, ...]) -> Text:
        """A call of whatever a Neuron parameter is given."""
        texts = []
        for argument in args:
            self.constructor.divisions.guard(argument.value)
            given = self.constructor.value(argument.value)
            neurons, plain = self.constructor.neurons, self.constructor.in_init
            write = neurons.factory if is_neuron(given) else plain.text
            text = write(argument.value)
            name_of = argument.keyword
            texts.append(f"{safe(name_of.text, INIT_NAMES)}={text}" if name_of else text)
        return f"{self.owner.params[name]}(", texts, ")"


def instance_of(param: str) -> str:
    """The neuron that a parameter is, or what it builds without arguments."""
    return f"{param} if isinstance({param}, nn.Module) else {param}()"
