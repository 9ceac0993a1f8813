"""The activation that a loss applies itself, and the one a neuron may already end in.

A loss expects predictions in one form: cross entropy expects logits, NLL their log-softmax, BCE
probabilities. What a neuron ends in settles which form it gives. Between the two stands one of
the conversions here, so that no activation is applied twice and none is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

CLASS_DIM = 1
"""Where arranged predictions hold the classes, as torch's class losses have it."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is done to predictions before the loss, and why, as a notice to the user."""

    apply: Callable[[Tensor], Tensor]
    notice: str


def conversion(loss: str, last: str | None) -> Conversion | None:
    """What stands between a neuron that ends in `last` and a loss; None if nothing has to.

    >>> conversion("mse", "Sigmoid") is None
    True
    >>> conversion("cross_entropy", "Softmax").notice
    'the neuron ends in Softmax: cross_entropy gets its log, so that softmax is not applied twice'
    """
    match loss, last:
        case "nll", "Softmax":
            notice = "the neuron ends in Softmax: nll gets its log"
            return Conversion(_log, notice)
        case "cross_entropy", "Softmax":
            notice = (
                "the neuron ends in Softmax: cross_entropy gets its log, "
                "so that softmax is not applied twice"
            )
            return Conversion(_log, notice)
        case "nll", _ if last != "LogSoftmax":
            notice = "the neuron does not end in a softmax: nll gets the log-softmax of its output"
            return Conversion(_log_softmax, notice)
        case "bce", _ if last != "Sigmoid":
            notice = "the neuron does not end in Sigmoid: bce gets the sigmoid of its output"
            return Conversion(_sigmoid, notice)
        case "bce_with_logits", "Sigmoid":
            notice = (
                "the neuron ends in Sigmoid: bce_with_logits gets its logit, "
                "so that sigmoid is not applied twice"
            )
            return Conversion(_logit, notice)
        case _:
            return None


def _log(predictions: Tensor) -> Tensor:
    # A probability that underflows to 0 would give an infinite loss and no gradient.
    import torch

    return predictions.clamp_min(torch.finfo(predictions.dtype).tiny).log()


def _log_softmax(predictions: Tensor) -> Tensor:
    return predictions.log_softmax(CLASS_DIM)


def _sigmoid(predictions: Tensor) -> Tensor:
    return predictions.sigmoid()


def _logit(predictions: Tensor) -> Tensor:
    return predictions.logit(eps=1e-6)
