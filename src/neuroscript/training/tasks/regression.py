"""Numbers from anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroscript.training.facts import Facts, Values
from neuroscript.training.tasks.task import Otherwise, Task

if TYPE_CHECKING:
    from torch import Tensor


MOST_CLASSES = 20
"""Whole numbers beyond are hardly meant as classes."""


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

    def otherwise(self, facts: Facts) -> Otherwise | None:
        target = facts.target
        if target is None or (not target.whole and not target.shares):
            return None
        if target.kind == "float":
            return _of_fractions(facts, target)
        if not facts.single:
            return None
        if (target.least, target.greatest) == (-1, 1):
            return Otherwise("-1 and 1 mean no and yes: write them as 0 and 1")
        if target.least >= 0 and target.greatest <= MOST_CLASSES:
            classes = int(target.greatest) + 1
            return Otherwise(f"they are classes: give the neuron an output [batch, {classes}]")
        return None

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


def _of_fractions(facts: Facts, target: Values) -> Otherwise | None:
    """How fractions might be meant that look like something else."""
    if facts.classes and target.shares:
        return Otherwise("they are probabilities of classes", "training.loss", "cross_entropy")
    if not target.binary or len(facts.output) > 1:
        return None
    if facts.single:
        return Otherwise("0.0 and 1.0 mean no and yes", "task", "binary_classification")
    return Otherwise("each is a yes or no", "task", "multilabel_classification")
