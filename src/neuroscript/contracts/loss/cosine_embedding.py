"""Cosine embedding loss."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from neuroscript.contracts.loss.over_torch import TorchLoss
from neuroscript.contracts.registry import register_loss


@register_loss("cosine_embedding", replace=False)
class CosineEmbedding(TorchLoss):
    """Pulls vectors `[batch, d]` into one direction, or pushes them apart.

    Predictions are a pair of vectors with targets 1 (alike) or -1 (not), or one vector with
    the vector that it should be like as target.
    """

    torch_class = nn.CosineEmbeddingLoss

    def objection(self, predictions: Tensor, targets: Tensor) -> str | None:
        """Objects to single numbers, which have no direction."""
        return "it compares vectors" if predictions.dim() < 2 or predictions.shape[-1] < 2 else None

    def compute(self, predictions: Tensor | tuple[Tensor, Tensor], targets: Tensor) -> Tensor:
        """The mean over the batch."""
        if isinstance(predictions, Tensor):
            alike = torch.ones(len(predictions), device=predictions.device)
            return self.apply(predictions, targets, alike)
        left, right = predictions
        return self.apply(left, right, targets.reshape(-1))
