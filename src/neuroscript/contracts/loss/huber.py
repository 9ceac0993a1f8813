"""Huber loss."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.registry import register_loss


@register_loss("huber", replace=False)
class Huber(ElementwiseLoss):
    """Squared below `delta`, absolute above it: regression with outliers."""

    torch_class = nn.HuberLoss
