"""Kullback-Leibler divergence."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.loss.over_torch.classes import are_probabilities
from neuroscript.contracts.registry import register_loss


@register_loss("kl_div", replace=False)
class KLDiv(ElementwiseLoss):
    """Log-probabilities against probabilities, summed over classes and averaged over the batch.

    Torch's own default averages over the classes too, which is not the divergence;
    `reduction: mean` gives that.
    """

    torch_class = nn.KLDivLoss
    defaults: ClassVar[dict[str, Any]] = {"reduction": "batchmean"}

    def objection(self, predictions: Tensor, targets: Tensor) -> str | None:
        """Objects to targets that are no distribution, unless they are its log."""
        if targets.dim() < 2 or targets.shape[-1] == 1:
            return "it compares distributions, and the targets are single numbers"
        if self.module.log_target or are_probabilities(targets, dim=-1):
            return None
        return "its targets are probabilities that add up to 1"
