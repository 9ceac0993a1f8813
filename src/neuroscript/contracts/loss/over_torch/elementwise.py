"""Losses that compare predictions and targets element by element."""

from __future__ import annotations

from torch import Tensor

from neuroscript.contracts.loss.over_torch.errors import shapes_differ
from neuroscript.contracts.loss.over_torch.torch_loss import TorchLoss


class ElementwiseLoss(TorchLoss):
    """Predictions and targets of one shape; integers and booleans count as numbers.

    A last dimension of size 1 may be missing on either side. Every other difference is an
    error: torch would broadcast it to a wrong answer.
    """

    def compute(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """The mean over all elements unless `reduction` says otherwise."""
        return self.apply(predictions, self.like(predictions, targets))

    def like(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """The targets in the shape and element type of the predictions."""
        if targets.shape != predictions.shape:
            if _without_last_one(targets) != _without_last_one(predictions):
                shapes = tuple(predictions.shape), tuple(targets.shape)
                raise shapes_differ(type(self).__name__, *shapes, "both must have one shape")
            targets = targets.reshape(predictions.shape)
        return targets if targets.is_floating_point() else targets.to(predictions.dtype)


def _without_last_one(tensor: Tensor) -> tuple[int, ...]:
    shape = tuple(tensor.shape)
    return shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
