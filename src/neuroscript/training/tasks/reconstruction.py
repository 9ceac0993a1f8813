"""The input itself, from a narrower view of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor


class Reconstruction(Task):
    """Any input to an output of the same shape: autoencoders.

    It is inferred where data have no targets. Where it is asked for, targets are left aside.
    """

    name = "reconstruction"
    advice = "none are needed: the input is what the output is compared with"

    def reason(self, facts: Facts) -> str | None:
        if facts.target is not None or self.objection(facts):
            return None
        return f"no targets, and output {facts.port} has the input's shape"

    def objection(self, facts: Facts) -> str | None:
        if len(facts.inputs) != 1 or facts.inputs[0].shape != facts.output:
            return f"reconstruction needs an output of the input's shape, and it is {facts.port}"
        return None

    def loss(self, facts: Facts) -> str:
        return "mse"

    def metrics(self, facts: Facts) -> list[str]:
        return ["mae"]

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        return predictions, inputs[0].to(predictions.dtype)
