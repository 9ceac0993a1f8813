"""Mean absolute error."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.registry import register_loss


@register_loss("mae", replace=False)
class MAE(ElementwiseLoss):
    """The mean of `|prediction - target|`: regression that outliers disturb less."""

    torch_class = nn.L1Loss
