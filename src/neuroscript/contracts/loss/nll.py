"""Negative log-likelihood of classes."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ClassLoss
from neuroscript.contracts.registry import register_loss


@register_loss("nll", replace=False)
class NLL(ClassLoss):
    """Log-probabilities (after a LogSoftmax) against class indices."""

    torch_class = nn.NLLLoss
