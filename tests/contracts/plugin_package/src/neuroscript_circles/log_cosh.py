"""A loss that is a function."""

import math

from torch import Tensor
from torch.nn.functional import softplus


def log_cosh(predictions: Tensor, targets: Tensor, scale: float = 1.0) -> Tensor:
    """The mean of log(cosh(error)), which outliers disturb little."""
    error = (predictions - targets) * scale
    return (error + softplus(-2 * error) - math.log(2)).mean()
