"""Yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import Otherwise, Task, binary_loss, probabilities

if TYPE_CHECKING:
    from torch import Tensor


class BinaryClassification(Task):
    """Any input to one number a sample: the probability, or logit, of a yes."""

    name = "binary_classification"
    advice = "0 or 1, false or true, or one of two names"

    def reason(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None or target.kind == "float" or self.objection(facts):
            return None
        if target.names:
            return f"output {facts.port} with two class names"
        kind = "boolean" if target.kind == "bool" else "0/1 integer"
        return f"output {facts.port} with {kind} targets"

    def objection(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None:
            return "binary_classification needs targets, and the data have none"
        if not facts.single:
            return f"binary_classification needs one output a sample, and it is {facts.port}"
        if target.shape not in ((), (1,)):
            return f"binary_classification takes one target a sample, and these are {target}"
        if len(target.names) > 2:
            return (
                f"binary_classification tells two classes apart, and there are {len(target.names)}"
            )
        if not target.names and target.kind != "bool" and not target.binary:
            return "binary_classification takes 0 and 1, and other targets were found"
        return None

    def otherwise(self, facts: Facts) -> Otherwise | None:
        target = facts.target
        if target is None or target.names or target.kind != "int":
            return None
        return Otherwise("0 and 1 are amounts", "task", "regression")

    def loss(self, facts: Facts) -> str:
        return binary_loss(facts)

    def metrics(self, facts: Facts) -> list[str]:
        return ["accuracy", "auroc"]

    def classes(self, facts: Facts) -> int | None:
        return 2

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        assert targets is not None
        return predictions, targets.to(predictions.dtype).view_as(predictions)

    def scores(self, predictions: Tensor, last: str | None) -> Tensor:
        return probabilities(predictions, last)

    def answer(self, output: Tensor, last: str | None) -> tuple[Tensor, Tensor | None]:
        yes = probabilities(output, last).reshape(-1, 1)
        return (yes[:, 0] >= 0.5).long(), yes * yes.new_tensor([-1, 1]) + yes.new_tensor([1, 0])

    def metric_settings(self, classes: int | None) -> dict[str, Any]:
        return {"task": "binary"}
