"""Losses of scores per class against the index of the right class."""

from __future__ import annotations

from torch import Tensor

from neuroscript.contracts.loss.over_torch.errors import shapes_differ
from neuroscript.contracts.loss.over_torch.torch_loss import TorchLoss


class ClassLoss(TorchLoss):
    """Scores `[batch, classes]`, `[batch, seq, classes]` or `[batch, classes, H, W]`.

    The targets have the same shape without `classes`, and hold class indices. Sequences have
    their classes last, as the neurons that give them do; maps have them second, as in torch.
    """

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
