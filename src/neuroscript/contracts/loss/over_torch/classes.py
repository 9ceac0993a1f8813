"""Losses of scores per class against the index of the right class."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from neuroscript.contracts.loss.over_torch.errors import shapes_differ
from neuroscript.contracts.loss.over_torch.torch_loss import TorchLoss


class ClassLoss(TorchLoss):
    """Scores `[batch, classes]`, `[batch, seq, classes]` or `[batch, classes, H, W]`.

    The targets have the same shape without `classes`, and hold class indices. Sequences have
    their classes last, as the neurons that give them do; maps have them second, as in torch.
    """

    takes_probabilities: ClassVar[bool] = False
    """Whether targets may be the probability of each class."""

    def objection(self, predictions: Tensor, targets: Tensor) -> str | None:
        """Objects to a single number a sample, and to targets that say nothing of classes."""
        if predictions.dim() < 2 or predictions.shape[1] == 1:
            return "it tells classes apart, and the output is one number"
        if not targets.is_floating_point():
            return None
        if not self.takes_probabilities:
            return "its targets are class indices"
        if targets.shape == predictions.shape and are_probabilities(targets, dim=1):
            return None
        return "its targets are class indices, or probabilities that add up to 1"

    def counted(self, predictions: Tensor, targets: Tensor) -> float | Tensor | None:
        """The targets, each by the weight of its class."""
        weights = getattr(self.module, "weight", None)
        if weights is None or targets.is_floating_point() or self.module.reduction == "sum":
            return super().counted(predictions, targets)
        counted = targets[targets != self.module.ignore_index]
        of_targets: Tensor = weights.to(targets.device)[counted.long()]
        return of_targets.sum()

    def compute(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """The mean over all targets unless `reduction` says otherwise."""
        shape = predictions.shape
        if targets.is_floating_point() and targets.shape == shape:
            return self.apply(predictions, targets)
        if targets.shape == (*shape[:-1], 1):
            targets = targets.squeeze(-1)
        classes_second = targets.shape == shape[:1] + shape[2:]
        classes_last = targets.shape == shape[:-1]
        if classes_second and (predictions.dim() > 3 or not classes_last):
            return self.apply(predictions, targets.long())
        if classes_last:
            return self.apply(predictions.reshape(-1, shape[-1]), targets.reshape(-1).long())
        raise shapes_differ(
            type(self).__name__,
            tuple(shape),
            tuple(targets.shape),
            "the targets are class indices in the shape of the predictions without their classes",
        )


def are_probabilities(targets: Tensor, dim: int) -> bool:
    """Whether numbers are probabilities that add up to 1 along a dimension.

    >>> are_probabilities(torch.tensor([[0.25, 0.75]]), dim=1)
    True
    """
    total = targets.sum(dim)
    return bool((targets >= 0).all()) and bool(torch.isclose(total, total.new_ones(())).all())
