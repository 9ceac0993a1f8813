"""Negative log-likelihood of counts."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.registry import register_loss


@register_loss("poisson_nll", replace=False)
class PoissonNLL(ElementwiseLoss):
    """Predictions are the log of the expected count unless `log_input: false`."""

    torch_class = nn.PoissonNLLLoss
    least = 0.0
