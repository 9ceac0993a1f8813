"""What was decided for a run on its data."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from neuroscript.training.facts import Facts
from neuroscript.training.inference import Decision
from neuroscript.training.objective import Objective


@dataclass(frozen=True, slots=True)
class Settled:
    """The objective of a run, and for each output what decided it."""

    objective: Objective
    facts: dict[str, Facts]
    decisions: dict[str, Decision]
    signature: str
    inputs: dict[str, str]
    """The element type in which the neuron gets each input, such as `float32`."""

    targets: dict[str, str]
    """The element type in which the loss of each output gets what it compares."""

    seen: tuple[Tensor, ...]
    """The inputs of the first samples, as the neuron takes them."""

    doubts: tuple[str, ...] = ()
    """What can be trained, but hardly as it is meant."""
