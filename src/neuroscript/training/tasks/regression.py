"""Numbers from anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor


class Regression(Task):
    """Any input to numbers of the target's shape, compared by their distance."""

    name = "regression"
    advice = "a number, or a list of numbers, for each number that the neuron puts out"

    def reason(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None or self.objection(facts):
            return None
        if target.kind == "float":
            return f"output {facts.port} with float targets"
        if target.kind == "int" and not target.names and not target.binary:
            return f"output {facts.port} with integer targets beyond 0 and 1"
        return None

    def objection(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None:
            return "regression needs targets, and the data have none"
        if target.names:
            return "regression takes numbers, and these targets are names"
        if target.shape == facts.output or (facts.single and target.shape in ((), (1,))):
            return None
        return (
            f"regression takes targets as large as the output {facts.port}, and these are {target}"
        )

    def loss(self, facts: Facts) -> str:
        return "mse"

    def metrics(self, facts: Facts) -> list[str]:
        return ["mae", "r2"] if len(facts.output) <= 1 else ["mae"]

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        assert targets is not None
        targets = targets.to(predictions.dtype)
        if predictions.dim() < 2:
            return predictions, targets.view_as(predictions)
        # A loss may want more predictions than targets, in the last dimension.
        return predictions, targets.reshape(*predictions.shape[:-1], -1)
