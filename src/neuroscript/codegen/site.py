"""Where a wiring neuron stands, as emitters see it: a call in a body, or a class of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.arguments import Reading, or_none
from neuroscript.codegen.bundle import PRIMITIVES
from neuroscript.codegen.emitters import STATES
from neuroscript.codegen.expression import Expressions
from neuroscript.codegen.host import HostClass, by_keyword
from neuroscript.codegen.naming import snake_case
from neuroscript.codegen.templates import filled
from neuroscript.codegen.writer import Text, flat, string
from neuroscript.diagnostics import Sink
from neuroscript.language.names.flow import Apply, Instance
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass
    from neuroscript.codegen.steps import Steps


class _Kept:
    """What a site keeps as attributes."""

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner

    def attribute(self, wanted: str, text: str) -> str:
        attribute = self.owner.attributes.take(wanted)
        self.owner.init.line(f"self.{attribute} = {text}")
        return f"self.{attribute}"

    def buffer(self, wanted: str, text: str) -> str:
        attribute = self.owner.attributes.take(wanted)
        arguments = [string(attribute), text, "persistent=False"]
        self.owner.init.wrapped("self.register_buffer(", arguments, ")")
        return f"self.{attribute}"


class CallSite(_Kept):
    """A call of a wiring neuron."""

    def __init__(self, steps: Steps, step: Apply, target: Instance) -> None:
        super().__init__(steps.owner)
        self.constructor = steps.constructor
        self.step = step
        self.definition, self.arguments = target.definition, target.arguments

    def kept(self, state: HostClass | str) -> str:
        """Build what the neuron keeps; the expression that reads it."""
        made = self.constructor.calls.state(self.definition, self.arguments, state)
        return self.owner.keep(snake_case(self.definition.name), made)

    @property
    def shape(self) -> Shape:
        return self.owner.inferred.tensors[self.step.inputs[0].index].shape

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Those of all that arrives."""
        return tuple(self.owner.inferred.tensors[t.index].shape for t in self.step.inputs)

    def is_default(self, name: str) -> bool:
        return self.reading(self.constructor.in_forward).is_default(name)

    def known(self, name: str) -> Abstract:
        argument = self.arguments.get(name)
        if argument is not None:
            return self.constructor.value(argument.value)
        default = self.definition.params[name].default
        assert default is not None
        return Evaluator({}, Sink(), self.definition.scope).value(default)

    def neuron(self, name: str) -> str:
        given = self.arguments[name].value
        neurons = self.constructor.neurons
        if not isinstance(given, ast.CallValue):
            return neurons.read(given)
        return self.owner.keep(name, self.constructor.calls.made(given))

    def reading(self, write: Expressions) -> Reading:
        return Reading(self.constructor.arguments, self.definition, self.arguments, write)

    def argument(self, name: str, strength: int = 0) -> str:
        return self.reading(self.constructor.in_forward).argument(name, strength)

    def in_init(self, name: str) -> str:
        return self.reading(self.constructor.in_init).argument(name)


class OwnSite(_Kept):
    """A wiring neuron's own class: its parameters are attributes."""

    @property
    def shape(self) -> Shape:
        return self.owner.inferred.inputs[0].shape

    def known(self, name: str) -> None:
        return None

    def is_default(self, name: str) -> bool:
        return False

    def neuron(self, name: str) -> str:
        return self.owner.store(name)

    def argument(self, name: str, strength: int = 0) -> str:
        return self.owner.store(name)

    def in_init(self, name: str) -> str:
        return self.owner.params[name]

    def kept(self, state: HostClass | str) -> str:
        """Build what the neuron keeps; the expression that reads it."""
        name = snake_case(self.owner.definition.name)
        if isinstance(state, str):
            read = _Params(self.owner)
            made = flat(STATES[state](read)) if state in STATES else filled(state, {}, read)
            return self.attribute(name, made)
        return self.owner.keep(name, own_instance(self.owner, state))


class _Params:
    """Reads the parameters of a class in its `__init__`."""

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner

    def is_default(self, name: str) -> bool:
        return False

    def argument(self, name: str, strength: int = 0) -> str:
        return self.owner.params[name]


def own_instance(owner: NeuronClass, host: HostClass) -> Text:
    """The host of a neuron's own class, given all parameters of that."""
    arguments = [owner.params[name] for name in host.positional]
    for theirs, ours in host.keywords:
        text = owner.params[ours]
        if ours in host.absent:
            text = or_none(text, owner.definition.params[ours].default)
        arguments.append(by_keyword(theirs, text))
    made: Text = f"{owner.imports.host_class(host)}(", [*arguments, *host.fixed], ")"
    if host.initialised is None:
        return made
    start = owner.params[host.initialised]
    return f"{owner.imports.host(PRIMITIVES, 'initialised')}(", [flat(made), start], ")"
