"""Mean squared error."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.registry import register_loss


@register_loss("mse", replace=False)
class MSE(ElementwiseLoss):
    """The mean of `(prediction - target)²`: regression, large errors weighing most."""

    torch_class = nn.MSELoss
