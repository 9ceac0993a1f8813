"""One class for each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import (
    Task,
    binary_loss,
    class_loss,
    likeliest,
    log_probabilities,
    multiclass,
    probabilities,
)

if TYPE_CHECKING:
    from torch import Tensor


class Segmentation(Task):
    """`[batch, C, H, W]` to `[batch, classes, H, W]`, with a map of class indices.

    Pixels with the target -100 are ignored. An output `[batch, 1, H, W]` tells yes from no, with
    a mask of 0 and 1.
    """

    name = "segmentation"
    takes_classes = True
    advice = "a map of class indices as high and wide as the output; -100 for what does not count"

    def reason(self, facts: Facts) -> str | None:
        image = len(facts.inputs) == 1 and facts.inputs[0].shape[1:] == facts.output[1:]
        if not image or self.objection(facts):
            return None
        assert facts.target is not None
        if _mask(facts):
            if facts.target.kind == "float":
                return None
            return f"output {facts.port} with a mask of 0 and 1 as target"
        return f"output {facts.port} with a class map as target"

    def objection(self, facts: Facts) -> str | None:
        target = facts.target
        if target is None:
            return "segmentation needs targets, and the data have none"
        if len(facts.output) != 3:
            return f"segmentation needs an output [batch, classes, H, W], and it is {facts.port}"
        shapes = (facts.output[1:], facts.output) if _mask(facts) else (facts.output[1:],)
        if target.shape not in shapes or not target.indices:
            return (
                f"segmentation takes a class index for each pixel of {facts.port}, "
                f"and these targets are {target}"
            )
        if _mask(facts) and not target.binary:
            return f"an output {facts.port} tells 0 and 1 apart, and other targets were found"
        return None

    def loss(self, facts: Facts) -> str:
        return binary_loss(facts) if _mask(facts) else class_loss(facts)

    def metrics(self, facts: Facts) -> list[str]:
        return ["mean_iou"]

    def classes(self, facts: Facts) -> int | None:
        return facts.output[0]

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        assert targets is not None
        if predictions.shape[1] == 1:
            return predictions, targets.to(predictions.dtype).view_as(predictions)
        return predictions, targets.long()

    def scores(self, predictions: Tensor, last: str | None) -> Tensor:
        if predictions.shape[1] == 1:
            return probabilities(predictions, last)
        return log_probabilities(predictions, last, dim=1)

    def answer(self, output: Tensor, last: str | None) -> tuple[Tensor, Tensor | None]:
        if output.shape[1] == 1:
            chances = probabilities(output, last)
            return (chances[:, 0] >= 0.5).long(), chances
        return likeliest(output, last, dim=1)

    def metric_settings(self, classes: int | None) -> dict[str, Any]:
        return {"task": "binary"} if classes == 1 else multiclass(classes)


def _mask(facts: Facts) -> bool:
    """Whether the output is one number a pixel: how surely it belongs to the thing looked for."""
    return len(facts.output) == 3 and facts.output[0] == 1
