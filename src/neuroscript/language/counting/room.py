"""What bindings hold: those of a context, or of one round of an `unroll`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from neuroscript.diagnostics import Span
from neuroscript.language.counting.conditions import Condition, conditional, decided
from neuroscript.language.counting.counter import NONE, named
from neuroscript.language.counting.depends import Depends
from neuroscript.language.counting.names import Names
from neuroscript.language.names.flow import Instance
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.values import Abstract, AnyNeuron, NeuronValue, Unknown
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in, values_of
from neuroscript.language.work import spend

Way = TypeVar("Way")
OtherWay = TypeVar("OtherWay")


class Room(Names):
    """What the bindings of a context come to, and what is built beside them."""

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

    def call(self, target: Instance, sizes: Mapping[str, Abstract]) -> Dim:
        """A call in the graph; `sizes` are arguments of which more is known than their names."""
        definition, arguments = target.definition, target.arguments
        args = self.evaluator().arguments(definition, arguments)
        if args is None:
            raise Depends(f"`{target.span.text}`")
        given = tuple((name, sizes.get(name, value)) for name, value in args)
        try:
            return self.counter.neuron(NeuronValue(definition, given))
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
                if self.is_size(used.name):
                    return Depends(f"`{used.name}`, a size that only a run tells")
        return problem

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
