"""The weights of a neuron value: of a host as it says, of a composite as it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.counting.conditions import Condition
from neuroscript.language.counting.depends import Depends
from neuroscript.language.counting.hosts import host_weights
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.infer import MAX_LEVELS, Inference
from neuroscript.language.shapes.values import (
    Abstract,
    Aggregate,
    AnyNeuron,
    Known,
    NeuronValue,
    OneOf,
    is_known,
)
from neuroscript.language.syntax import ast
from neuroscript.language.work import spend

NONE = Dim(())


class Counter:
    """Counts neurons, each once for each set of values."""

    def __init__(
        self, inference: Inference, composite: Callable[[Counter, NeuronValue, bool], Dim]
    ) -> None:
        self.inference = inference
        self.walk = composite
        """Counts a composite; the last argument says whether it is the whole model."""
        self.known: dict[tuple[object, ...], Dim] = {}
        self.once: dict[object, Dim] = {}
        """What the whole model has once: neuron globals and `@static` bindings."""
        self.frozen_once: set[object] = set()
        self.active: list[Definition] = []
        self.undecided: list[Condition] = []
        """The conditions around a place that nothing decides, outermost first."""

    def total(self, value: NeuronValue) -> Dim:
        """A model, with what it has once."""
        found = self.walk(self, value, True) if value.definition.is_graph else self.neuron(value)
        kept = [dim for key, dim in self.once.items() if key not in self.frozen_once]
        return sum(kept, found)

    def value(self, value: Abstract, span: Span) -> Dim:
        """What a value that is built comes to; nothing for one that stands somewhere already."""
        match value:
            case NeuronValue():
                return self.neuron(value)
            case AnyNeuron(param):
                return _named(param)
            case OneOf(options):
                return self.same([self.value(o, span) for o in options], f"`{span.text}`")
            case Aggregate():
                return NONE
            case _:
                return NONE

    def neuron(self, value: NeuronValue) -> Dim:
        """A neuron that is built here."""
        if value.shared or value.frozen:
            return NONE
        if value.args is None:
            evaluator = Evaluator({}, Sink(), value.definition.scope)
            complete = evaluator.defaults(value, value.definition.span)
            if complete is None:
                raise Depends(f"the arguments of `{value.definition.name}`")
            value = complete
        key = (value, *_frozen_parts(value))
        if key not in self.known:
            self.known[key] = self.made(value)
        return self.known[key]

    def made(self, value: NeuronValue) -> Dim:
        definition, args = value.definition, dict(value.args or ())
        if definition.is_graph:
            return self.composite(value)
        spend(50)
        given = (args[name] for name in definition.neuron_params if name in args)
        inner = sum((self.value(neuron, definition.span) for neuron in given), NONE)
        if not definition.library:
            return inner + self.own_host(value)
        return inner + host_weights(definition, args)

    def own_host(self, value: NeuronValue) -> Dim:
        """A user's host, known where it is that of a neuron of the library."""
        host, library = value.definition.neuron.impls[0].host, value.definition.scope.library
        if isinstance(host, ast.HostPath) and host.provider.text in ("core", "neuroscript"):
            found = library.find(host.path[-1].text) if library is not None else None
            if found is not None and not found.is_graph:
                given = dict(value.args or ())
                defaults = {
                    name: Evaluator(given, Sink(), found.scope).value(param.default)
                    for name, param in found.params.items()
                    if param.default is not None and name not in given
                }
                return host_weights(found, {**given, **defaults})
        raise Depends(f"what `{host.span.text}` holds")

    def composite(self, value: NeuronValue) -> Dim:
        definition = value.definition
        deep = definition in self.active and self.undecided
        if deep or len(self.active) > MAX_LEVELS:
            raise Depends(f"`{self.undecided[-1].raw}`" if self.undecided else "how deep it goes")
        self.active.append(definition)
        try:
            return self.walk(self, value, False)
        finally:
            self.active.pop()

    # --- what is not decided

    @contextmanager
    def under(self, conditions: Sequence[Condition]) -> Iterator[None]:
        """Around what is there only if conditions hold that nothing decides."""
        before = len(self.undecided)
        self.undecided.extend(conditions)
        try:
            yield
        finally:
            del self.undecided[before:]

    def same(self, counts: list[Dim], what: str) -> Dim:
        """What all of several have, if it is the same; else it depends on which it is."""
        if len(set(counts)) > 1:
            raise Depends(what)
        return counts[0] if counts else NONE


def named(param: str, args: tuple[Abstract, ...] | None = None) -> Dim:
    """What stands for the weights of a neuron that a caller gives."""
    if args is None:
        return _named(param)
    if not all(isinstance(arg, Dim) or is_known(arg) for arg in args):
        raise Depends(f"what `{param}` is")
    return _named(f"{param}({', '.join(map(_text, args))})")


def _named(text: str) -> Dim:
    return Dim.of(Var(f"weights({text})", positive=False))


def _text(value: Abstract) -> str:
    match value:
        case Known(str() as text):
            return f'"{text}"'
        case Known(bool() as truth):
            return str(truth).lower()
        case Known(known):
            return str(known)
        case tuple():
            return f"[{', '.join(map(_text, value))}]"
        case NeuronValue(definition):
            return definition.name
        case _:
            return repr(value)


def _frozen_parts(value: Abstract) -> Iterator[bool]:
    """Which of the neurons in a value are frozen: that is no matter of its equality."""
    match value:
        case NeuronValue(_, args, _, frozen):
            yield frozen
            for _, arg in args or ():
                yield from _frozen_parts(arg)
        case OneOf(options):
            for option in options:
                yield from _frozen_parts(option)
        case tuple():
            for item in value:
                yield from _frozen_parts(item)
        case _:
            return
