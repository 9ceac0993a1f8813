"""Any number of labels at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import (
    Otherwise,
    Task,
    binary_loss,
    ends_in_softmax,
    probabilities,
)

if TYPE_CHECKING:
    from torch import Tensor


class MultilabelClassification(Task):
    """Any input to one probability, or logit, for each of several independent labels."""

    name = "multilabel_classification"
    advice = "a list of 0 and 1, one for each label"

    def reason(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None or target.kind == "float" or self.objection(facts):
            return None
        if target.one_hot and ends_in_softmax(facts):
            return None
        kind = "boolean" if target.kind == "bool" else "0/1"
        return f"output {facts.port} with {kind} vectors as targets"

    def objection(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None:
            return "multilabel_classification needs targets, and the data have none"
        if not facts.output or target.shape != facts.output:
            return (
                f"multilabel_classification takes a 0 or 1 for each of {facts.port}, "
                f"and these targets are {target}"
            )
        if target.names or not (target.binary or target.kind == "bool"):
            return "multilabel_classification takes 0 and 1, and other targets were found"
        return None

    def otherwise(self, facts: Facts) -> Otherwise | None:
        if facts.target is None or facts.target.kind == "float":
            return None
        if facts.target.one_hot and facts.classes:
            return Otherwise("one class of several is meant", "task", "classification")
        if facts.target.kind == "bool":
            return None
        return Otherwise("0 and 1 are amounts", "task", "regression")

    def loss(self, facts: Facts) -> str:
        return binary_loss(facts)

    def metrics(self, facts: Facts) -> list[str]:
        return ["f1", "average_precision"]

    def classes(self, facts: Facts) -> int | None:
        return facts.output[0]

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        assert targets is not None
        return predictions, targets.to(predictions.dtype)

    def scores(self, predictions: Tensor, last: str | None) -> Tensor:
        return probabilities(predictions, last)

    def answer(self, output: Tensor, last: str | None) -> tuple[Tensor, Tensor | None]:
        chances = probabilities(output, last)
        return (chances >= 0.5).long(), chances

    def metric_settings(self, classes: int | None) -> dict[str, Any]:
        return {"task": "multilabel", "num_labels": classes}
