"""Shapes and element types through a neuron's body.

Every neuron is inferred once with its parameters as variables. What comes out is its signature
as callers see it: ports, results as inferred, and the equalities that had to be assumed, which
every call decides again with its own arguments. With numbers for the parameters the same walk is
the concrete check; with neurons for Neuron parameters it is an instantiation.
"""

from __future__ import annotations

from collections.abc import Mapping

from neuroscript.diagnostics import Sink, Span, deep_recursion
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Flow
from neuroscript.language.names.ports import Ports
from neuroscript.language.names.resolve import resolve
from neuroscript.language.shapes.body import Body
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.evaluate import default_value
from neuroscript.language.shapes.params import param_value
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.shapes.values import (
    Abstract,
    Aggregate,
    NeuronValue,
    OneOf,
    is_known,
    map_dims,
    to_python,
    variables_in,
)

MAX_LEVELS = 1000
"""How deep neurons may contain each other, and themselves."""


class Inference:
    """Infers neurons, each once for each set of values; resolves their flows on the way."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.flows: dict[tuple[object, ...], Flow] = {}
        self.signatures: dict[tuple[object, ...], Inferred] = {}
        self.active: dict[tuple[object, ...], None] = {}
        self.statics: dict[tuple[Definition, str], tuple[Abstract, Span]] = {}
        """What each `@static` binding was built with, and where first."""

        self.reached: set[Definition] = set()
        """Neurons that were inferred with numbers for all parameters."""

    def flow(self, definition: Definition, env: Mapping[str, Abstract], sink: Sink) -> Flow:
        """The flow of a neuron whose Neuron parameters are what `env` says."""
        known = {name: found for name in definition.neuron_params if (found := _ports(env, name))}
        ports = ((name, p.definition, p.same, p.outputs) for name, p in known.items())
        key = (definition, *ports)
        if key not in self.flows:
            self.flows[key] = resolve(definition, sink, known)
        return self.flows[key]

    def generic(self, definition: Definition) -> Inferred:
        """With all parameters open."""
        with deep_recursion():
            return self._infer(definition, None, self.sink)

    def signature(self, definition: Definition, params: Mapping[str, Abstract]) -> Inferred:
        """With values for its parameters; what is wrong inside is in `.problems`."""
        with deep_recursion():
            return self._infer(definition, params, Sink())

    def at_call(
        self, definition: Definition, args: Mapping[str, Abstract], concrete: bool
    ) -> tuple[Inferred, dict[Var, Dim]]:
        """The signature that a call meets, and what its placeholders stand for here."""
        if not definition.is_graph:
            return self.generic(definition), {}
        if concrete and all(is_known(value) for value in args.values()):
            return self.signature(definition, args), {}
        neurons = {name: args[name] for name in definition.neuron_params if name in args}
        if not neurons:
            return self.generic(definition), {}
        meaning: dict[Var, Dim] = {}
        places: dict[Var, Dim] = {}
        for value in neurons.values():
            for var in variables_in(value):
                if var not in places:
                    place = Var(var.name, -len(places) - 1, var.positive)
                    places[var] = Dim.of(place)
                    meaning[place] = Dim.of(var)
        general = {n: map_dims(v, lambda dim: dim.substitute(places)) for n, v in neurons.items()}
        return self.signature(definition, general), meaning

    def _infer(
        self, definition: Definition, params: Mapping[str, Abstract] | None, sink: Sink
    ) -> Inferred:
        key = (definition, *(sorted(params.items(), key=lambda p: p[0]) if params else ()))
        if params is not None:
            key = (*key, "given")
        if key in self.signatures:
            return self.signatures[key]
        env = {name: param_value(param, definition) for name, param in definition.params.items()}
        env.update(params or {})
        concrete = params is not None and all(is_known(value) for value in params.values())
        too_many = len(self.active) > MAX_LEVELS
        body = Body(self, definition, env, concrete, sink)
        if key in self.active or too_many:
            return body.declared_only(too_many, keeps_problems=params is not None)
        if concrete:
            self.reached.add(definition)
        if params is None:
            _check_defaults(definition, env, sink)
        self.active[key] = None
        found = body.run(tuple(sink) if params is not None else None)
        del self.active[key]
        self.signatures[key] = found
        return found


def _check_defaults(definition: Definition, env: Mapping[str, Abstract], sink: Sink) -> None:
    """Look at the values that parameters have where no call gives them."""
    for name, param in definition.params.items():
        if param.default is not None:
            default_value(definition, name, env, sink)


def _ports(env: Mapping[str, Abstract], name: str) -> Ports | None:
    value = env.get(name)
    if isinstance(value, OneOf):
        value = value.options[0]
    match value:
        case NeuronValue(definition, args):
            given = dict(args or ()).get(definition.counted_by or "")
            count = len(given) if isinstance(given, tuple) else given and to_python(given)
            ports = Ports.of(definition)
            return ports.counting(count) or ports
        case Aggregate():
            return Ports.aggregate(name)
        case _:
            return None
