"""Cross-entropy of class scores."""

from __future__ import annotations

from torch import nn

from neuroscript.contracts.loss.over_torch import ClassLoss
from neuroscript.contracts.registry import register_loss


@register_loss("cross_entropy", replace=False)
class CrossEntropy(ClassLoss):
    """Scores before a Softmax against class indices; `weight` as a list, one per class."""

    torch_class = nn.CrossEntropyLoss
    takes_probabilities = True
