"""One class for each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import (
    Task,
    class_loss,
    likeliest,
    log_probabilities,
    multiclass,
)

if TYPE_CHECKING:
    from torch import Tensor


class Segmentation(Task):
    """`[batch, C, H, W]` to `[batch, classes, H, W]`, with a map of class indices.

    Pixels with the target -100 are ignored.
    """

    name = "segmentation"
    takes_classes = True
    advice = "a map of class indices as high and wide as the output; -100 for what does not count"

    def reason(self, facts: Facts) -> str | None:
        image = len(facts.inputs) == 1 and facts.inputs[0].shape[1:] == facts.output[1:]
        if not image or self.objection(facts):
            return None
        return f"output {facts.port} with a class map as target"

    def objection(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None:
            return "segmentation needs targets, and the data have none"
        if len(facts.output) != 3:
            return f"segmentation needs an output [batch, classes, H, W], and it is {facts.port}"
        if target.shape != facts.output[1:] or target.kind == "float":
            return (
                f"segmentation takes a class index for each pixel of {facts.port}, "
                f"and these targets are {target}"
            )
        return None

    def loss(self, facts: Facts) -> str:
        return class_loss(facts)

    def metrics(self, facts: Facts) -> list[str]:
        return ["mean_iou"]

    def classes(self, facts: Facts) -> int | None:
        return facts.output[0]

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        assert targets is not None
        return predictions, targets.long()

    def scores(self, predictions: Tensor, last: str | None) -> Tensor:
        return log_probabilities(predictions, last, dim=1)

    def answer(self, output: Tensor, last: str | None) -> tuple[Tensor, Tensor | None]:
        return likeliest(output, last, dim=1)

    def metric_settings(self, classes: int | None) -> dict[str, Any]:
        return multiclass(classes)
