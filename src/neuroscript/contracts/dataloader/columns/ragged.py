"""Sequences of different lengths as one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.mapped import Mapped

IGNORED = -100
"""The index that stands for no class: losses and metrics pass over it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Sequences that lie one after the other, where each begins, and how long it is.

    Some of the samples are a choice of beginnings: the values are never copied for it.

    >>> column = Ragged.of([[1, 2, 3], [4]])
    >>> column
    Ragged(2 sequences of 1 to 3)
    >>> column.padded(torch.tensor([1, 0]), 0)
    tensor([[4, 0, 0],
            [1, 2, 3]])
    """

    values: Tensor | Mapped
    """`[steps, *inner]`: the steps of all sequences."""

    starts: Tensor
    """`[samples]`, int64: the number of the first step of each."""

    lengths: Tensor
    """`[samples]`, int64."""

    @classmethod
    def of(cls, sequences: Sequence[Sequence[Any]]) -> Ragged:
        """The column of some sequences of plain values."""
        lengths = torch.tensor([len(sequence) for sequence in sequences], dtype=torch.int64)
        return cls.from_lengths(torch.tensor(list(chain.from_iterable(sequences))), lengths)

    @classmethod
    def from_lengths(cls, values: Tensor | Mapped, lengths: Tensor) -> Ragged:
        """Sequences of these lengths, whose steps follow one another in `values`."""
        lengths = lengths.to(torch.int64)
        return cls(values, lengths.cumsum(0) - lengths, lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    def __repr__(self) -> str:
        return f"Ragged({len(self)} sequences of {self.shortest} to {self.longest})"

    @property
    def dtype(self) -> torch.dtype:
        return self.values.dtype

    @property
    def shortest(self) -> int:
        return int(self.lengths.min()) if len(self) else 0

    @property
    def longest(self) -> int:
        return int(self.lengths.max()) if len(self) else 0

    @property
    def shape(self) -> torch.Size:
        """That of all samples, padded to the longest."""
        return torch.Size((len(self), self.longest, *self.values.shape[1:]))

    def is_floating_point(self) -> bool:
        return self.values.is_floating_point()

    def select(self, indices: Tensor) -> Ragged:
        """The sequences with these numbers, in their order."""
        return replace(self, starts=self.starts[indices], lengths=self.lengths[indices])

    def flat(self, indices: Tensor) -> Tensor:
        """The steps of the sequences with these numbers, one sequence after the other."""
        return self.values.index_select(0, self._steps(indices)[0])

    def padded(self, indices: Tensor, pad: float, dtype: torch.dtype | None = None) -> Tensor:
        """The sequences with these numbers, `pad` behind each up to the longest of them."""
        steps, present = self._steps(indices)
        taken = self.values.index_select(0, steps)
        taken = taken if dtype is None else taken.to(dtype)
        batch = taken.new_full((*present.shape, *taken.shape[1:]), pad)
        batch[present] = taken
        return batch

    def _steps(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """The numbers of the steps of some sequences, and where they stand in a padded batch."""
        lengths = self.lengths[indices]
        places = torch.arange(max(1, int(lengths.max())) if len(lengths) else 1)
        present = places < lengths[:, None]
        return (self.starts[indices][:, None] + places)[present], present


def target_padded(column: Ragged, indices: Tensor) -> Tensor:
    """Targets with what losses and metrics pass over behind them: -100, or NaN for fractions."""
    if column.is_floating_point():
        return column.padded(indices, float("nan"))
    return column.padded(indices, IGNORED, torch.int64)
