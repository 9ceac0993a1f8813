"""Smooth L1 loss."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.registry import register_loss


@register_loss("smooth_l1", replace=False)
class SmoothL1(ElementwiseLoss):
    """Huber's loss divided by `beta`."""

    torch_class = nn.SmoothL1Loss
