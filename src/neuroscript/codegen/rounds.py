"""Aggregates applied to tensors: a loop over the rounds, one round, or one member of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.naming import safe
from neuroscript.codegen.passing import replaced
from neuroscript.codegen.writer import Text, string
from neuroscript.language.names.flow import Apply
from neuroscript.language.names.ports import ports_of
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.steps import Steps


class Rounds:
    """Writes how what arrives is carried through the rounds."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.definition = steps.owner.definition
        self.aggregates = steps.constructor.aggregates
        self.around: list[str] = []
        """The variables of the loops around what is written."""

    def apply(
        self, step: Apply, value: ast.NameValue | ast.MemberValue, inputs: list[str]
    ) -> Text | None:
        carried = [self.steps.variables[tensor] for tensor in step.outputs]
        if isinstance(value, ast.NameValue):
            built = self.aggregates.built[value.name]
            self.carry(carried, inputs)
            self.loop(built.item, built.attribute, carried, built.single)
            return None
        neurons = self.steps.constructor.neurons
        place, item = neurons.member_place(value)
        if isinstance(item, ast.Binding) and not neurons.is_round(value):
            return f"{place}(", inputs, ")"
        self.carry(carried, inputs)
        if item is not None:
            self.item(item, place, carried)
        else:
            self.round(self.aggregates.built[value.name.text].item, place, carried)
        return None

    def carry(self, carried: list[str], inputs: list[str]) -> None:
        """Bring what arrives into the variables that the loop changes."""
        for variable, text in zip(carried, inputs, strict=False):
            if variable != text:
                self.steps.out.line(f"{variable} = {text}")

    def loop(self, item: ast.Unroll, rounds: str, carried: list[str], single: str | None) -> None:
        taken = {"self", *carried, *self.steps.variables.held, *self.around}
        variable = safe(single or _singular(item.name.text), taken)
        self.steps.out.line(f"for {variable} in {rounds}:")
        self.around.append(variable)
        with self.steps.out.indented():
            if single is not None:
                only = next(inner for inner in item.items if inner.name.text == single)
                self.item(only, variable, carried)
            else:
                self.round(item, variable, carried)
        self.around.pop()

    def round(self, item: ast.Unroll, place: str, carried: list[str]) -> None:
        for inner in self.aggregates.rounds(item):
            self.item(inner, f"{place}[{string(inner.name.text)}]", carried)

    def item(self, item: ast.Item, place: str, carried: list[str]) -> None:
        """One neuron of a round, or the loop inside it."""
        if isinstance(item, ast.Unroll):
            neurons = self.aggregates.rounds(item)
            single = neurons[0].name.text if len(neurons) == 1 else None
            self.loop(item, place, carried, single)
            return
        takes, gives = self.counts(item, len(carried))
        targets = ", ".join(carried[:gives])
        self.steps.out.wrapped(f"{targets} = {place}(", carried[:takes], ")")

    def counts(self, item: ast.Binding, carried: int) -> tuple[int, int]:
        """How many of the carried values a binding takes, and how many it replaces."""
        ports = ports_of(item.value, self.definition, {})
        takes = carried if ports is None or ports.inputs is None else len(ports.inputs)
        return min(takes, carried), min(replaced(item, self.definition), carried)


def _singular(name: str) -> str:
    """What one of several is called: `layers` gives `layer`."""
    if name.endswith("s") and len(name) > 2 and not name.endswith("ss"):
        return name[:-1]
    return f"{name}_round"
