"""One class of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import (
    Task,
    class_loss,
    ends_in_softmax,
    likeliest,
    log_probabilities,
    multiclass,
)

if TYPE_CHECKING:
    from torch import Tensor


class Classification(Task):
    """Any input to `[batch, classes]`, with the index or name of one class a sample."""

    name = "classification"
    takes_classes = True
    advice = "a whole number from 0 up, or a name, for the class of the sample"

    def reason(self, facts: Facts) -> str | None:
        if self.objection(facts):
            return None
        assert facts.target is not None
        if facts.target.shape == facts.output and not ends_in_softmax(facts):
            return None
        kind = "class names" if facts.target.names else "one class index a sample"
        if facts.target.shape == facts.output:
            kind = "one-hot vectors, behind a final softmax"
        elif facts.target.kind == "float":
            kind = "one class index a sample, written as fractions"
        return f"output {facts.port} with {kind}{_of_what(facts)}"

    def objection(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None:
            return "classification needs targets, and the data have none"
        if facts.classes is None:
            return f"classification needs an output [batch, classes], and it is {facts.port}"
        if target.shape == facts.output and target.one_hot and target.kind != "float":
            return None
        if target.shape not in ((), (1,)):
            return f"classification takes one class a sample, and these targets are {target}"
        if not target.indices:
            return "classification takes class indices or names, and these targets are fractions"
        return None

    def loss(self, facts: Facts) -> str:
        return class_loss(facts)

    def metrics(self, facts: Facts) -> list[str]:
        if _image(facts) and (facts.classes or 0) > 5:
            return ["accuracy", "top5"]
        return ["accuracy", "f1"]

    def classes(self, facts: Facts) -> int | None:
        return facts.classes

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        assert targets is not None
        if targets.shape == predictions.shape:
            return predictions, targets.long().argmax(1)
        return predictions, targets.long().reshape(-1)

    def scores(self, predictions: Tensor, last: str | None) -> Tensor:
        return log_probabilities(predictions, last, dim=1)

    def answer(self, output: Tensor, last: str | None) -> tuple[Tensor, Tensor | None]:
        return likeliest(output, last, dim=-1)

    def metric_settings(self, classes: int | None) -> dict[str, Any]:
        return multiclass(classes)


def _image(facts: Facts) -> bool:
    return len(facts.inputs) == 1 and len(facts.inputs[0].shape) == 3


def _of_what(facts: Facts) -> str:
    if _image(facts):
        return ", of images"
    return ", of sequences" if facts.tokens is not None else ""
