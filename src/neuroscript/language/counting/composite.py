"""The weights of one composite with values for its parameters: its context and its graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import assert_never

from neuroscript.diagnostics import Sink
from neuroscript.language.counting.conditions import Condition, conditional
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
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.shapes.values import Abstract, NeuronValue, variables_in
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in
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
        self.room = Room(counter, self.definition, names, self.flow.bodies, outermost=outermost)
        self.around = len(counter.undecided)
        """How many conditions it stands under itself."""
        self.private: dict[str, None] = {}
        """Neuron parameters that the graph applies as they are: one instance of each."""
        self.used: dict[str, list[tuple[Condition, ...]]] = {}
        """Names that it uses, with the conditions that each use stands under."""

    def total(self) -> Dim:
        room = self.room
        lazy = room.bind(self.definition.neuron.items)
        found = self.steps(self.flow.steps)
        found = found + self.lazies(lazy)
        for name in self.private:
            found = found + room.instance(ast.NameValue(name, self.definition.span))
        return found + room.kept()

    def lazies(self, items: Sequence[ast.Binding]) -> Dim:
        """What is built if a way that is left uses it."""
        found, where = NONE, dict[tuple[Condition, ...], Dim]()
        for item in items:
            conditions = self.needed(item.name.text)
            if conditions is None or item.name.text in self.room.frozen:
                continue
            with self.counter.under(conditions):
                amount = self.room.built(item.value)
            if conditions:
                where[conditions] = where.get(conditions, NONE) + amount
            else:
                found = found + amount
        for (condition,), amount in where.items():
            found = found + conditional([(condition, amount), (None, NONE)])
        return found

    def needed(self, name: str) -> tuple[Condition, ...] | None:
        """The condition that a name is used under, () for always, None for never."""
        uses = self.used.get(name, [])
        if name in self.room.mentioned or () in uses:
            return ()
        if not uses:
            return None
        if len(uses[0]) > 1 or any(use != uses[0] for use in uses):
            raise Depends(f"`{uses[0][-1].raw}`")
        return uses[0]

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
            case Instance(arguments=arguments):
                self.uses(argument.value for argument in arguments.values())
                return self.room.call(target, self.sizes(arguments))
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
        conditions = tuple(self.counter.undecided[self.around :])
        self.used.setdefault(name, []).append(conditions)

    # --- sizes that are not named outside

    def sizes(self, arguments: Mapping[str, ast.Argument]) -> dict[str, Abstract]:
        """Arguments that mention sizes of tensors, as inference finds them."""
        found: dict[str, Abstract] = {}
        for name, argument in arguments.items():
            if any(self.room.is_size(used.name) for used in names_in(argument.value)):
                dim = self.inferred.sized.get(argument.span)
                if isinstance(dim, Dim) and (known := self.outside(dim)) is not None:
                    found[name] = known
        return found

    @cached_property
    def inference(self) -> tuple[Inferred, dict[Var, Dim]]:
        return self.counter.inference.at_call(self.definition, self.args, True)

    @property
    def inferred(self) -> Inferred:
        return self.inference[0]

    def outside(self, dim: Dim) -> Dim | None:
        """A size in terms of the neuron that is counted; None if it has others in it."""
        inferred, meaning = self.inference
        values = dict(meaning)
        for name, own in inferred.env.items():
            var, given = own.variable if isinstance(own, Dim) else None, self.args.get(name)
            if var is not None and isinstance(given, Dim):
                values[var] = given
        known = {var for value in self.args.values() for var in variables_in(value)}
        found = dim.substitute(values)
        return found if found.variables <= known else None

    # --- ways

    def choice(self, step: Choice) -> Dim:
        return self.room.ways(step.branches, step.otherwise, self.region)

    def region(self, region: Region) -> Dim:
        return self.steps(region.steps)

    def selection(self, step: Selection) -> Dim:
        """The arm that the neuron fits; what all arms have while it is not known."""
        value = self.args.get(step.param)
        if isinstance(value, NeuronValue):
            if step.span in self.inferred.chosen:
                return self.choice(self.inferred.chosen[step.span])
        before = set(self.used)
        counts = [self.region(arm.region) for arm in step.arms]
        bindings = self.definition.bindings
        if any(getattr(bindings.get(n), "annotation", None) for n in self.used.keys() - before):
            raise Depends(f"what `{step.param}` is")
        return self.counter.same(counts, f"what `{step.param}` is")
