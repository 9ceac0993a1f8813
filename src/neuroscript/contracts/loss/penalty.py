"""What a model says against itself, made small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.contracts.loss import LossContract
from neuroscript.contracts.registry import register_loss

if TYPE_CHECKING:
    from torch import Tensor


@register_loss("penalty", replace=False)
class Penalty(LossContract):
    """The output itself, times `weight`: it has no target."""

    def __init__(self, weight: float = 1.0) -> None:
        self.weight = weight

    def objection(self, predictions: Tensor, targets: Tensor) -> str | None:
        """Objects to outputs that are compared with targets, of which it takes no notice."""
        if predictions.shape == (1,):
            return None
        return "it takes no notice of targets: it is for an output [], one number for the batch"

    def compute(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """The mean of the predictions, weighted."""
        return predictions.mean() * self.weight
