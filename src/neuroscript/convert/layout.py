"""How a weight of ours is laid out in theirs: the same, transposed, stacked, with an axis more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from neuroscript.convert.shapes import Shape


class Layout(ABC):
    """A change of layout and its exact inverse."""

    @abstractmethod
    def ours(self, theirs: Sequence[Tensor]) -> Tensor:
        """One weight of ours from those of theirs that it is made of."""

    @abstractmethod
    def theirs(self, ours: Tensor) -> list[Tensor]:
        """The weights of theirs in one of ours."""

    @abstractmethod
    def our_shape(self, theirs: Shape) -> Shape:
        """The shape of ours, from the shape of each of theirs."""


class Same(Layout):
    """Nothing changes; the tensor itself is passed on."""

    def ours(self, theirs: Sequence[Tensor]) -> Tensor:
        (tensor,) = theirs
        return tensor

    def theirs(self, ours: Tensor) -> list[Tensor]:
        return [ours]

    def our_shape(self, theirs: Shape) -> Shape:
        return theirs


class Transposed(Layout):
    """Theirs is [in, out], ours [out, in]."""

    def ours(self, theirs: Sequence[Tensor]) -> Tensor:
        (tensor,) = theirs
        return tensor.t().contiguous()

    def theirs(self, ours: Tensor) -> list[Tensor]:
        return [ours.t().contiguous()]

    def our_shape(self, theirs: Shape) -> Shape:
        return theirs[::-1]


class WithoutBatch(Layout):
    """Theirs has a first axis of size 1 that ours lacks."""

    def ours(self, theirs: Sequence[Tensor]) -> Tensor:
        (tensor,) = theirs
        return tensor[0]

    def theirs(self, ours: Tensor) -> list[Tensor]:
        return [ours[None]]

    def our_shape(self, theirs: Shape) -> Shape:
        return theirs[1:]


class Stacked(Layout):
    """Several of theirs, of one shape, lie one after the other along the first axis of ours."""

    def __init__(self, count: int) -> None:
        self.count = count

    def ours(self, theirs: Sequence[Tensor]) -> Tensor:
        import torch

        return torch.cat(list(theirs))

    def theirs(self, ours: Tensor) -> list[Tensor]:
        return [part.clone() for part in ours.chunk(self.count)]

    def our_shape(self, theirs: Shape) -> Shape:
        return (f"{self.count}*{theirs[0]}", *theirs[1:])


SAME = Same()
TRANSPOSED = Transposed()
WITHOUT_BATCH = WithoutBatch()
