"""What can be wrong with the neuron that a config names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, Label, Span, did_you_mean, or_list

MOST_REFUSALS = 3
"""How many places are shown at which a neuron refuses its parameters."""


@dataclass(frozen=True)
class UnknownNeuron(Diagnostic):
    code = "NC111"
    name: str
    looked_in: str
    available: Sequence[str]

    @property
    def message(self) -> str:
        return f"there is no neuron `{self.name}` in `{self.looked_in}`"

    @property
    def help(self) -> str | None:
        near = did_you_mean(self.name, self.available)
        return near or (f"it defines {or_list(self.available)}" if self.available else None)


@dataclass(frozen=True)
class UnknownParameter(Diagnostic):
    code = "NC112"
    name: str
    neuron: str
    heading: Span
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"`{self.neuron}` has no parameter `{self.name}`"

    @property
    def labels(self) -> Sequence[Label]:
        return (Label(self.heading, "declared here"),)

    @property
    def help(self) -> str:
        if not self.known:
            return "it has no parameters"
        near = did_you_mean(self.name, self.known)
        return near or f"its parameters are {or_list(self.known).replace(' or ', ' and ')}"


@dataclass(frozen=True)
class ParameterMissing(Diagnostic):
    code = "NC113"
    name: str
    neuron: str
    heading: Span

    @property
    def message(self) -> str:
        return f"`{self.neuron}` needs a value for its parameter `{self.name}`"

    @property
    def labels(self) -> Sequence[Label]:
        return (Label(self.heading, f"`{self.name}` has no default here"),)

    @property
    def help(self) -> str:
        return f"give one: `model.params.{self.name}`"


@dataclass(frozen=True)
class ParametersRefused(Diagnostic):
    """Values that the neuron cannot have; `refusals` say where in the `.ns` file, and why."""

    code = "NC114"
    neuron: str
    refusals: Sequence[Diagnostic]

    @property
    def message(self) -> str:
        return f"`{self.neuron}` cannot have these parameters: {self.refusals[0].message}"

    @property
    def label(self) -> str:
        return "given here"

    @property
    def labels(self) -> Sequence[Label]:
        first, *more = self.refusals[:MOST_REFUSALS]
        place = Label(first.span, first.label or first.message)
        return (place, *first.labels, *(Label(other.span, other.message) for other in more))

    @property
    def help(self) -> str | None:
        return self.refusals[0].help
