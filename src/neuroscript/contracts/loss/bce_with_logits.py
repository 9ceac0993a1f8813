"""Binary cross-entropy of logits."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.registry import register_loss


@register_loss("bce_with_logits", replace=False)
class BCEWithLogits(ElementwiseLoss):
    """Predictions of any size (before a Sigmoid) against 0/1 targets; `pos_weight` as a list."""

    torch_class = nn.BCEWithLogitsLoss
    least, greatest = 0.0, 1.0
