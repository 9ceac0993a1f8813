"""The weights of one composite with values for its parameters: its context and its graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from neuroscript.diagnostics import Sink
from neuroscript.language.counting.counter import NONE, Counter
from neuroscript.language.counting.depends import Depends
from neuroscript.language.counting.room import Room
from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Inline,
    Instance,
    ParamCall,
    Pick,
    Rearranged,
    Region,
    Selection,
    Shared,
    Step,
    Target,
)
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.values import NeuronValue
from neuroscript.language.syntax import ast
from neuroscript.language.work import spend


def composite_weights(counter: Counter, value: NeuronValue, outermost: bool) -> Dim:
    """What a composite trains. Raises Depends."""
    return _Composite(counter, value, outermost).total()


class _Composite:
    """Walks what a neuron binds, then what its graph builds."""

    def __init__(self, counter: Counter, value: NeuronValue, outermost: bool) -> None:
        spend(100)
        self.counter = counter
        self.definition = value.definition
        self.args = dict(value.args or ())
        self.flow = counter.inference.flow(self.definition, self.args, Sink())
        sizes = self.definition.sizes if outermost else ()
        names = {**self.args, **{name: Dim.var(name) for name in sizes}}
        self.room = Room(counter, self.definition, names, self.flow.bodies)
        self.private: dict[str, None] = {}
        """Neuron parameters that the graph applies as they are: one instance of each."""
        self.used: dict[str, str] = {}
        """Names that it uses, with a condition that does not decide it; "" for surely."""

    def total(self) -> Dim:
        room = self.room
        lazy = room.bind(self.definition.neuron.items)
        found = self.steps(self.flow.steps)
        for item in lazy:
            room.amounts[item.name.text] = self.lazy(item)
        for name in self.private:
            found = found + room.instance(ast.NameValue(name, self.definition.span))
        return found + room.kept()

    def lazy(self, item: ast.Binding) -> Dim:
        """Built if a way that is left uses it."""
        condition = self.used.get(item.name.text)
        if item.name.text in self.room.mentioned:
            condition = ""
        if condition is None:
            return NONE
        if condition:
            raise Depends(f"`{condition}`")
        return self.room.built(item.value)

    # --- steps

    def steps(self, steps: Sequence[Step]) -> Dim:
        return sum((self.step(step) for step in steps), NONE)

    def step(self, step: Step) -> Dim:
        spend(10)
        match step:
            case Apply(target):
                return self.target(target)
            case Pick():
                return NONE
            case Rearranged(operation=operation):
                return self.target(operation) if operation is not None else NONE
            case Choice():
                return self.choice(step)
            case Dispatch(arms=arms):
                return sum((self.steps(arm.region.steps) for arm in arms), NONE)
            case Selection():
                return self.selection(step)
            case _:
                assert_never(step)

    def target(self, target: Target) -> Dim:
        match target:
            case Instance(definition, arguments):
                self.uses(argument.value for argument in arguments.values())
                return self.room.call(definition, arguments, target.span)
            case ParamCall(param, args, span):
                self.uses(argument.value for argument in args)
                return self.room.param_call(param, args, span)
            case Inline(value):
                self.uses((value,))
                return self.room.instance(value)
            case Shared(ast.NameValue(name) as value):
                self.use(name)
                if name in self.definition.neuron_params:
                    self.private[name] = None
                else:
                    self.room.look_at(value)
                return NONE
            case Shared(value):
                self.uses((value,))
                return NONE
            case _:
                assert_never(target)

    def uses(self, values: Iterable[ast.Value]) -> None:
        for value in values:
            for name in self.room.look_at(value):
                self.use(name)

    def use(self, name: str) -> None:
        condition = self.counter.undecided[-1] if self.counter.undecided else ""
        if self.used.get(name) != "":
            self.used[name] = condition

    # --- ways

    def choice(self, step: Choice) -> Dim:
        regions: list[Region] = []
        open_: list[str] = []
        for condition, region in step.branches:
            holds = self.room.evaluator().condition(condition)
            if holds is not False:
                regions.append(region)
            if holds is None:
                open_.append(condition.span.text)
            if holds is True:
                break
        else:
            regions.append(step.otherwise)
        return self.ways(regions, " and ".join(open_))

    def selection(self, step: Selection) -> Dim:
        """The arm that the neuron fits; what all arms have while it is not known."""
        value = self.args.get(step.param)
        if isinstance(value, NeuronValue):
            inferred, _ = self.counter.inference.at_call(self.definition, self.args, True)
            if step.span in inferred.chosen:
                return self.choice(inferred.chosen[step.span])
        return self.ways([arm.region for arm in step.arms], f"match({step.param})")

    def ways(self, regions: Sequence[Region], condition: str) -> Dim:
        if len(regions) == 1:
            return self.steps(regions[0].steps)
        with self.counter.under(condition):
            counts = [self.steps(region.steps) for region in regions]
        return self.counter.same(counts, condition)
