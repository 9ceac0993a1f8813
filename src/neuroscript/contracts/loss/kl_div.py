"""Kullback-Leibler divergence."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import nn

from neuroscript.contracts.loss.over_torch import ElementwiseLoss
from neuroscript.contracts.registry import register_loss


@register_loss("kl_div", replace=False)
class KLDiv(ElementwiseLoss):
    """Log-probabilities against probabilities, summed over classes and averaged over the batch.

    Torch's own default averages over the classes too, which is not the divergence;
    `reduction: mean` gives that.
    """

    torch_class = nn.KLDivLoss
    defaults: ClassVar[dict[str, Any]] = {"reduction": "batchmean"}
