"""What bindings hold: those of a context, or of one round of an `unroll`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.counting.conditions import Condition, conditional, decided
from neuroscript.language.counting.counter import NONE, Counter, named
from neuroscript.language.counting.depends import Depends
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.scope import GlobalDefinition
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.evaluate import Evaluator, global_value
from neuroscript.language.shapes.values import (
    Abstract,
    AnyNeuron,
    NeuronValue,
    Unknown,
)
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in, parts_of, values_of
from neuroscript.language.work import spend

Way = TypeVar("Way")
OtherWay = TypeVar("OtherWay")


class Room:
    """Names, and what each holds; a round looks up those around it in `outer`."""

    def __init__(
        self,
        counter: Counter,
        definition: Definition,
        names: Mapping[str, Abstract],
        bodies: Mapping[Span, Definition],
        outer: Room | None = None,
        outermost: bool = False,
    ) -> None:
        self.counter = counter
        self.definition = definition
        self.names = dict(names)
        self.bodies = bodies
        self.outer = outer
        self.outermost = outermost
        """Whether it belongs to the neuron that is counted."""
        self.amounts: dict[str, Dim] = {}
        self.frozen: set[str] = set()
        self.mentioned: set[str] = outer.mentioned if outer is not None else set()
        """Names that bindings mention."""

    def evaluator(self) -> Evaluator:
        return Evaluator(self.names, Sink(), self.definition.scope, self.bodies)

    # --- bindings

    def bind(self, items: Sequence[ast.Item]) -> list[ast.Binding]:
        """Put in what items hold; the `@lazy` ones are returned, to be decided by the graph."""
        lazy = []
        for item in items:
            spend(20)
            name = item.name.text
            self.mentioned.update(used.name for v in values_of(item) for used in names_in(v))
            self.names[name] = self.evaluator().item(item)
            annotation = getattr(item, "annotation", None)
            if isinstance(item, ast.Unroll):
                self.amounts[name] = self.rounds(item)
            elif annotation is None:
                self.amounts[name] = self.built(item.value)
            elif annotation.text == "static":
                self.counter.once[self.definition, item.span] = self.built(item.value)
            else:
                lazy.append(item)
        return lazy

    def kept(self) -> Dim:
        """All that is trained."""
        return sum((dim for name, dim in self.amounts.items() if name not in self.frozen), NONE)

    def built(self, value: ast.Value | ast.Conditional) -> Dim:
        """What a binding builds: of a conditional one, what is chosen."""
        if not isinstance(value, ast.Conditional):
            return self.instance(value)
        return self.ways(value.branches, value.otherwise, self.option)

    def option(self, value: ast.Value | None) -> Dim:
        """A branch of a conditional binding; the identity where there is none."""
        return self.instance(value) if value is not None else NONE

    def ways(
        self,
        branches: Sequence[tuple[ast.Value, Way]],
        otherwise: OtherWay,
        count: Callable[[Way | OtherWay], Dim],
    ) -> Dim:
        """What the way that is taken has; all, with their conditions, where that is not known."""
        counts: list[tuple[Condition | None, Dim]] = []
        before: list[Condition] = []
        for test, way in branches:
            holds = decided(test, self.evaluator())
            if holds is False:
                continue
            if holds is True:
                with self.counter.under(before):
                    counts.append((None, count(way)))
                break
            condition = Condition(test, self.names, self.outermost)
            with self.counter.under([*before, condition]):
                counts.append((condition, count(way)))
            before.append(replace(condition, denied=True))
        else:
            with self.counter.under(before):
                counts.append((None, count(otherwise)))
        return conditional(counts)

    # --- values

    def instance(self, value: ast.Value) -> Dim:
        """What is built for a value where it stands."""
        self.look_at(value)
        if isinstance(value, ast.CallValue):
            call = value.call
            if call.name.text in self.definition.neuron_params:
                return self.param_call(call.name.text, call.args, value.span)
        evaluator = self.evaluator()
        found = evaluator.value(value)
        if isinstance(found, Unknown) and isinstance(value, ast.CallValue):
            raise Depends(f"`{value.span.text}`")
        return self.counter.value(found, value.span)

    def call(
        self, definition: Definition, arguments: Mapping[str, ast.Argument], span: Span
    ) -> Dim:
        """A call in the graph."""
        args = self.evaluator().arguments(definition, arguments)
        if args is None:
            raise Depends(f"`{span.text}`")
        try:
            return self.counter.neuron(NeuronValue(definition, args))
        except Depends as problem:
            values = [argument.value for argument in arguments.values()]
            raise self.better(problem, values) from None

    def param_call(self, param: str, args: Sequence[ast.Argument], span: Span) -> Dim:
        """`p(args)`: of whatever neuron the parameter is."""
        evaluator, value = self.evaluator(), self.names[param]
        if isinstance(value, AnyNeuron):
            given = tuple(evaluator.value(argument.value) for argument in args)
            return named(value.param, given)
        return self.counter.value(evaluator.param_call(param, tuple(args), span), span)

    def better(self, problem: Depends, values: Sequence[ast.Value]) -> Depends:
        """With the size that only a run tells, where an argument mentions one."""
        for value in values:
            for used in names_in(value):
                known = used.name in self.names or self.definition.scope.find_global(used.name)
                if not known and self.definition.scope.find(used.name) is None:
                    return Depends(f"`{used.name}`, a size that only a run tells")
        return problem

    def look_at(self, value: ast.Value) -> list[str]:
        """Note the globals and frozen names in a value; the names that it mentions."""
        names = []
        for part in parts_of(value):
            match part:
                case ast.NameValue(name) | ast.MemberValue(ast.Name(name)):
                    names.append(name)
                    if name not in self.names:
                        self.meet(self.definition.scope.find_global(name))
                case ast.GlobalValue(name):
                    self.meet(self.definition.scope.find_global(name))
                case ast.CallValue(call) if call.name.text == "Freeze" and call.args:
                    self.freeze(call.args[0].value)
                case _:
                    continue
        return names

    def meet(self, found: GlobalDefinition | None) -> None:
        """A neuron global is in the model once."""
        if found is None or found in self.counter.once:
            return
        value = global_value(found, Sink())
        if isinstance(value, NeuronValue):
            self.counter.once[found] = NONE
            self.counter.once[found] = self.counter.neuron(replace(value, shared=False))

    def freeze(self, value: ast.Value) -> None:
        """What stands elsewhere is frozen there too."""
        match value:
            case ast.NameValue(name) if (room := self.holding(name)) is not None:
                room.frozen.add(name)
            case ast.NameValue(name) if name in self.names:
                given = self.names[name]
                if isinstance(given, AnyNeuron) or getattr(given, "shared", True):
                    raise Depends(f"what `{self.definition.name}` freezes of what it is given")
            case ast.NameValue(name) | ast.GlobalValue(name):
                found = self.definition.scope.find_global(name)
                if found is not None:
                    self.counter.frozen_once.add(found)
            case ast.MemberValue():
                raise Depends(f"what `{value.span.text}` holds")
            case _:
                return

    def holding(self, name: str) -> Room | None:
        """The room that binds a name."""
        if name in self.definition.params:
            return None
        room: Room | None = self
        while room is not None:
            if name in room.amounts or room.binds(name):
                return room
            room = room.outer
        return None

    def binds(self, name: str) -> bool:
        return self.outer is None and name in self.definition.bindings

    # --- rounds

    def rounds(self, item: ast.Unroll) -> Dim:
        """All rounds: one as often as they are repeated, or each where they differ."""
        count = self.evaluator().value(item.count)
        if not isinstance(count, Dim):
            raise Depends(f"`{item.count.span.text}`")
        index = Var.fresh(item.index.text if item.index is not None else "round", positive=False)
        try:
            each = self.round(item, Dim.of(index))
            if index not in each.variables:
                return count * each
        except Depends:
            if count.constant is None:
                raise
        if count.constant is None:
            raise Depends(f"`{item.span.text}`, whose rounds differ")
        return sum((self.round(item, Dim.const(i)) for i in range(count.constant)), NONE)

    def round(self, item: ast.Unroll, index: Dim) -> Dim:
        names = dict(self.names)
        if item.index is not None:
            names[item.index.text] = index
        inner = Room(self.counter, self.definition, names, self.bodies, self, self.outermost)
        for lazy in inner.bind(item.items):
            inner.amounts[lazy.name.text] = inner.built(lazy.value)
        return inner.kept()
