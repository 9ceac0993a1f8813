"""Neurons that cannot be written by themselves: what they do asks what a caller would give."""

from __future__ import annotations

from collections.abc import Callable

from neuroscript.diagnostics import Diagnostic, Label, Span, record
from neuroscript.language.names.flow import Rearranged, Selection, all_steps
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.shapes.values import NeuronValue


@record
class DecidedByUse(Diagnostic):
    """Nothing says which arm of a `match(p)` it is, or what a `=>` rearranges."""

    code = "NS406"
    name: str
    place: Span

    @property
    def message(self) -> str:
        return f"`{self.name}` is no model by itself: nothing says what a neuron given to it is"

    @property
    def labels(self) -> list[Label]:
        return [Label(self.place, "this depends on it")]

    @property
    def help(self) -> str:
        return f"use it in another neuron, which gives it one: `{self.name}(Linear(..), ..)`"


def undecided(
    inferred: Inferred, instantiation: Callable[[NeuronValue], Inferred]
) -> Selection | Rearranged | None:
    """A step in a neuron, or in what it uses, that needs to know a neuron and does not."""
    seen: set[int] = set()
    waiting = [inferred]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        for step in all_steps(found.flow.steps) if found.flow is not None else ():
            if isinstance(step, Selection) and step.span not in found.chosen:
                return step
            if isinstance(step, Rearranged) and step.operation is None:
                if step.span not in found.plans:
                    return step
        values = [value for given in found.callees.values() for value in given]
        waiting += [instantiation(value) for value in values if value.definition.is_graph]
    return None
