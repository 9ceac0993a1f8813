"""Applying a neuron value to tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, assert_never

from neuroscript.diagnostics import Severity, Sink, Span
from neuroscript.language.names.errors import CannotBeUsedHere, WrongTensorCount
from neuroscript.language.shapes.call import Call
from neuroscript.language.shapes.contract_shapes import contract_shape
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import ArgumentKind, DoesNotFitItself
from neuroscript.language.shapes.join import join
from neuroscript.language.shapes.params import KIND_TEXTS
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.types import Arriving, TensorType
from neuroscript.language.shapes.unify import RankMismatch, Verdict
from neuroscript.language.shapes.values import (
    Abstract,
    Aggregate,
    AnyNeuron,
    Known,
    NeuronValue,
    OneOf,
    Unknown,
    kind_of,
)
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body

ITERATED = 64
"""Up to this many rounds of an aggregate are looked at one by one."""

ITERATED_IN_ALL = 1000
"""Of aggregates inside one another."""


class Applier:
    """One place where something is applied."""

    def __init__(
        self,
        body: Body,
        span: Span,
        arguments: Mapping[str, ast.Argument],
        outputs: int,
    ) -> None:
        self.body = body
        self.span = span
        self.arguments = arguments
        self.outputs = outputs

    def apply(self, value: Abstract, arriving: Sequence[Arriving]) -> tuple[TensorType, ...] | None:
        """The types of the results; None where an error has been reported."""
        match value:
            case NeuronValue():
                return self.neuron(value, arriving)
            case AnyNeuron():
                return self.anything(value, arriving)
            case OneOf(options):
                return self.one_of(options, arriving)
            case Aggregate():
                return self.aggregate(value, arriving)
            case Unknown("") | Unknown("neuron"):
                return None
            case Dim() | Known() | Unknown() | tuple():
                kind = kind_of(value)
                given = KIND_TEXTS.get(kind, kind)
                name = self.span.text
                self.body.sink.add(ArgumentKind(self.span, name, name, "a neuron", given, None))
                return None
            case _:
                assert_never(value)

    def neuron(
        self, value: NeuronValue, arriving: Sequence[Arriving]
    ) -> tuple[TensorType, ...] | None:
        complete = self.body.evaluator().defaults(value, self.span)
        if complete is None:
            return None
        ports = complete.definition
        packs = any(tensor.pack for tensor in arriving)
        fits = ports.variadic or (not packs and len(arriving) == len(ports.neuron.inputs))
        if not fits:
            self.body.sink.add(
                WrongTensorCount(self.span, ports.name, ports.input_names, len(arriving), (), None)
            )
            return None
        seen = self.body.callees.setdefault(self.span, ())
        if complete not in seen:
            self.body.callees[self.span] = (*seen, complete)
        return Call(self.body, complete, arriving, self.span, self.arguments, self.apply).run()

    def anything(self, value: AnyNeuron, arriving: Sequence[Arriving]) -> tuple[TensorType, ...]:
        """A Neuron parameter: anything may come out, or what the contract of its arm says."""
        if value.contract is not None and len(value.contract.outputs) == self.outputs:
            shapes = [contract_shape(self.body, port.shape) for port in value.contract.outputs]
        else:
            shapes = [Shape((), Seq.fresh("?")) for _ in range(self.outputs)]
        here = self.span, "comes out here"
        return tuple(
            TensorType(shape, self.body.fresh_type(), (here,) * len(shape.dims)) for shape in shapes
        )

    def one_of(
        self, options: Sequence[Abstract], arriving: Sequence[Arriving]
    ) -> tuple[TensorType, ...] | None:
        """Either of several: each has to work, and what they give is joined."""
        results = []
        for option in options:
            saved = self.body.snapshot()
            found = self.apply(option, arriving)
            if found is not None:
                types = tuple(self.body.final(t) for t in found)
                results.append((types, self.span, dict(self.body.unifier.dims)))
            self.body.restore(saved)
        if len(results) < len(options):
            return None
        return join(self.body, results, self.span, strict=True)

    # --- aggregates

    def aggregate(
        self, value: Aggregate, arriving: Sequence[Arriving]
    ) -> tuple[TensorType, ...] | None:
        if value.item.span in self.body.inside:
            return None  # it applies itself, and a cycle has been told
        self.body.inside.add(value.item.span)
        found = self.repeat(value, list(arriving))
        self.body.inside.discard(value.item.span)
        return found

    def repeat(self, value: Aggregate, carried: list[Arriving]) -> tuple[TensorType, ...] | None:
        """Its rounds: one that is picked, or all, looked at one by one or in general."""
        if value.at is not None:
            return self.types(self.round(value, carried))
        count = value.count.constant if value.count is not None else None
        if count == 0:
            return self.types(carried)
        around = self.body.rounds
        if count is None or not 0 < count <= ITERATED or around * count > ITERATED_IN_ALL:
            return self.symbolic(value, carried)
        self.body.rounds = around * count
        found = self.rounds(value, carried, count)
        self.body.rounds = around
        return found

    @staticmethod
    def types(carried: Sequence[Arriving] | None) -> tuple[TensorType, ...] | None:
        return None if carried is None else tuple(tensor.type for tensor in carried)

    def rounds(
        self, value: Aggregate, carried: list[Arriving], count: int
    ) -> tuple[TensorType, ...] | None:
        """Round by round; a later one that fails does not fit what the one before gives."""
        current: list[Arriving] | None = carried
        for position in range(count):
            at = Aggregate(value.item, value.env, value.count, Dim.const(position))
            if position == 0:
                current = self.round(at, carried)
            elif current is not None:
                current = self.later_round(at, current)
            if current is None:
                return None
        return self.types(current)

    def later_round(self, value: Aggregate, carried: list[Arriving]) -> list[Arriving] | None:
        outer, inner = self.body.sink, Sink()
        self.body.sink = inner
        result = self.round(value, carried)
        self.body.sink = outer
        for found in inner:
            if found.severity is Severity.ERROR:
                self.does_not_fit(value, found.message)
                return None
            outer.add(found)
        return result

    def symbolic(self, value: Aggregate, carried: list[Arriving]) -> tuple[TensorType, ...] | None:
        """One round with the index as a variable; its result has to fit its input."""
        index = Dim.of(Var.fresh(value.item.index.text if value.item.index else "i", False))
        at = Aggregate(value.item, value.env, value.count, index)
        result = self.round(at, carried)
        if result is None:
            return None
        found: list[TensorType] = []
        for before, after in zip(carried, result, strict=False):
            joined = self.repeated(value, before.type, after.type)
            if joined is None:
                return None
            found.append(joined)
        return tuple(found)

    def repeated(
        self, value: Aggregate, before: TensorType, after: TensorType
    ) -> TensorType | None:
        unifier = self.body.unifier
        first, second = unifier.shape(before.shape), unifier.shape(after.shape)
        if first == second:
            return after
        try:
            pairs = unifier.pairs(first, second)
        except RankMismatch:
            self.does_not_fit(value, f"it takes {first} and gives {second}")
            return None
        unknown: set[int] = set()
        for pair in pairs:
            verdict = unifier.equal(pair.expected, pair.actual, assume=False)
            if verdict is Verdict.REFUTED:
                self.does_not_fit(value, f"it takes {first} and gives {second}")
                return None
            if verdict is not Verdict.PROVED:
                unknown.add(pair.index)
        if second.seq is not None:
            return TensorType(second if not unknown else Shape((), Seq.fresh("?")), after.dtype)
        dims = tuple(
            Dim.of(Var.fresh("?")) if i in unknown or i - len(second.prefix) in unknown else dim
            for i, dim in enumerate(second.prefix)
        )
        return TensorType(Shape(dims), after.dtype, after.origins)

    def does_not_fit(self, value: Aggregate, problem: str) -> None:
        items = value.item.items
        self.body.sink.add(
            DoesNotFitItself(
                self.span, value.item.name.text, problem, items[0].span, items[-1].span
            )
        )

    def round(self, value: Aggregate, carried: Sequence[Arriving]) -> list[Arriving] | None:
        """The bindings of one round, in order, each fed with what the one before gives."""
        current = list(carried)
        saved = dict(self.body.names)
        if value.item.index is not None and value.at is not None:
            self.body.names[value.item.index.text] = value.at
        kinds: set[str] = set()
        for item in value.item.items:
            bound = self.body.evaluator().item(item)
            self.body.names[item.name.text] = bound
            kinds.add(kind_of(bound))
            if kind_of(bound) != "neuron":
                continue
            result = self.pass_through(item, bound, current)
            if result is None:
                self.body.names = saved
                return None
            current = result
        self.body.names = saved
        if not kinds & {"neuron", ""}:
            what, advice = "an `unroll` without neurons", "bind a neuron in it"
            name = value.item.name.text
            self.body.sink.add(CannotBeUsedHere(self.span, name, what, advice, value.item.span))
            return None
        return current

    def pass_through(
        self, item: ast.Item, bound: Abstract, carried: list[Arriving]
    ) -> list[Arriving] | None:
        """A neuron with k inputs takes the first k; what it gives replaces the first ones."""
        taken = carried
        if isinstance(bound, NeuronValue) and not bound.definition.variadic:
            taken = carried[: len(bound.definition.neuron.inputs)]
        count = len(bound.definition.neuron.outputs) if isinstance(bound, NeuronValue) else 0
        inner = Applier(self.body, self.span, {}, count or len(carried))
        results = inner.apply(bound, taken)
        if results is None:
            return None
        here = [Arriving(type_, item.span) for type_ in results]
        return here + carried[len(here) :]
