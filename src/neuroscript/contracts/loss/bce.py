"""Binary cross-entropy of probabilities."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.registry import register_loss


@register_loss("bce", replace=False)
class BCE(ElementwiseLoss):
    """Predictions in 0…1 (after a Sigmoid) against 0/1 targets."""

    torch_class = nn.BCELoss
    least, greatest = 0.0, 1.0
