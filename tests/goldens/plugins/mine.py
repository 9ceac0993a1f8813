"""What the cases name: most of it is wrong for what it is named as."""

from typing import Annotated, Literal

from annotated_types import Interval
from torch import nn, optim

from neuroscript.contracts import DataLoaderContract, LossContract, register_loss

settings = {"gamma": 2.0}


def focal(predictions, targets, gamma: Annotated[float, Interval(ge=0, le=5)] = 2.0):
    return gamma * (predictions - targets).abs().mean()


def one_sided(predictions):
    return predictions.mean()


@register_loss("weighted")
class Weighted(LossContract):
    def __init__(self, weight: float, mode: Literal["mean", "sum"] = "mean"):
        if weight == 0:
            raise ValueError("`weight` is not 0")
        self.weight, self.mode = weight, mode

    def compute(self, predictions, targets):
        return self.weight * getattr((predictions - targets).abs(), self.mode)()


@register_loss("unfinished")
class Unfinished(LossContract):
    """Has no `compute`."""


class Points(DataLoaderContract):
    @classmethod
    def from_config(cls, config):
        made = cls()
        made.count = config["count"]
        return made

    def __iter__(self):
        return iter([])

    def __len__(self):
        return 0


class Model(nn.Module):
    pass


class Momentum(optim.SGD):
    pass


class Half(DataLoaderContract):
    """Has no `__len__`."""

    def __iter__(self):
        return iter([])
