"""Mean, spread and range of each feature, in one pass over any amount of values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Moments:
    """What is known of some values of each feature, all in float64."""

    count: int
    mean: Tensor
    squares: Tensor
    """The sum of the squares of what lies between the values and their mean."""

    least: Tensor
    greatest: Tensor

    @property
    def deviation(self) -> Tensor:
        """The standard deviation of the values that were seen."""
        return (self.squares / self.count).sqrt()

    def joined(self, other: Moments) -> Moments:
        """What is known of both together. Chan, Golub & LeVeque, 1979."""
        count = self.count + other.count
        apart = other.mean - self.mean
        return replace(
            self,
            count=count,
            mean=self.mean + apart * (other.count / count),
            squares=self.squares + other.squares + apart**2 * (self.count * other.count / count),
            least=torch.minimum(self.least, other.least),
            greatest=torch.maximum(self.greatest, other.greatest),
        )


def moments(parts: Iterable[Tensor]) -> Moments | None:
    """The moments of each column of `[values, features]`, part by part; None of nothing.

    >>> found = moments([torch.tensor([[1.0], [2.0]]), torch.tensor([[6.0]])])
    >>> found.count, found.mean.tolist(), found.least.tolist(), found.greatest.tolist()
    (3, [3.0], [1.0], [6.0])
    """
    known: Moments | None = None
    for part in parts:
        if not len(part):
            continue
        values = part.to(torch.float64)
        mean = values.mean(0)
        squares = ((values - mean) ** 2).sum(0)
        found = Moments(len(values), mean, squares, values.amin(0), values.amax(0))
        known = found if known is None else known.joined(found)
    return known
