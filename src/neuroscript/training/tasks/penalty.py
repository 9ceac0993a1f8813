"""A number that a model computes to be made small, without a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor


class Penalty(Task):
    """An output `[]`, one number for the whole batch, that is added to the loss.

    Such is what keeps experts in balance, or a divergence from a prior.
    """

    name = "penalty"
    advice = "none: what the output says is itself made small"
    takes_target: ClassVar[bool] = False

    def reason(self, facts: Facts) -> str | None:
        if self.objection(facts):
            return None
        return f"output {facts.port} is one number for the batch: it is added to the loss"

    def objection(self, facts: Facts) -> str | None:
        if not facts.whole:
            return f"penalty needs an output [], one number for the batch, and it is {facts.port}"
        if facts.target is not None:
            return "penalty takes no targets"
        return None

    def loss(self, facts: Facts) -> str:
        return "penalty"

    def metrics(self, facts: Facts) -> list[str]:
        return []

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        one = predictions.reshape(1)
        return one, one.new_zeros(1)
