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

    def compute(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """The mean of the predictions, weighted."""
        return predictions.mean() * self.weight
