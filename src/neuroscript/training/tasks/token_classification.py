"""One class for each step of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import Task, class_loss, log_probabilities, multiclass

if TYPE_CHECKING:
    from torch import Tensor


class TokenClassification(Task):
    """`[batch, seq, …]` to `[batch, seq, classes]`, with one class index a step.

    Steps with the target -100 are ignored.
    """

    name = "token_classification"
    takes_classes = True
    advice = "a list of class indices, one for each step; -100 for a step that does not count"

    def reason(self, facts: Facts) -> str | None:
        if self.objection(facts):
            return None
        return f"output {facts.port} with one class index for each step"

    def objection(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None:
            return "token_classification needs targets, and the data have none"
        if len(facts.output) < 2:
            return f"token_classification needs an output [batch, seq, classes], not {facts.port}"
        if target.shape != facts.output[:-1]:
            return (
                f"token_classification takes one class for each step of {facts.port}, "
                f"and these targets are {target}"
            )
        if not target.indices:
            return "token_classification takes class indices, and these targets are fractions"
        return None

    def loss(self, facts: Facts) -> str:
        return class_loss(facts)

    def metrics(self, facts: Facts) -> list[str]:
        return ["accuracy", "f1"]

    def classes(self, facts: Facts) -> int | None:
        return facts.output[-1]

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        assert targets is not None
        return predictions.flatten(0, -2), targets.long().flatten()

    def scores(self, predictions: Tensor, last: str | None) -> Tensor:
        return log_probabilities(predictions, last, dim=1)

    def answer(self, output: Tensor, last: str | None) -> tuple[Tensor, Tensor | None]:
        return output.argmax(-1), None

    def metric_settings(self, classes: int | None) -> dict[str, Any]:
        return multiclass(classes)
