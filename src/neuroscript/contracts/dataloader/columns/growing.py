"""A column that grows chunk by chunk."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.ragged import Ragged


class Growing:
    """Values of one port, taken a chunk of samples at a time.

    >>> column = Growing()
    >>> column.add(np.array([1, 2, 3, 4]), np.array([2, 2]))
    >>> column.add(np.array([5, 6, 7]), np.array([3]))
    >>> column.finish()
    Ragged(3 sequences of 2 to 3)
    """

    def __init__(self) -> None:
        self.chunks: list[NDArray[Any]] = []
        self.lengths: list[NDArray[Any]] = []

    def add(self, values: NDArray[Any], lengths: NDArray[Any] | None = None) -> None:
        """Takes samples: one each in `values`, or, with lengths, that many steps for each."""
        self.chunks.append(values)
        if lengths is not None:
            self.lengths.append(lengths)

    def take_back(self) -> None:
        """Forgets what was added last."""
        self.chunks.pop()
        if self.lengths:
            self.lengths.pop()

    def finish(self) -> Column:
        """The whole column: a tensor, or Ragged if lengths differ.

        Whole numbers and fractions become float32 together.
        """
        if any(chunk.dtype.kind == "f" for chunk in self.chunks):
            self.chunks = [chunk.astype(np.float32, copy=False) for chunk in self.chunks]
        values = torch.from_numpy(np.concatenate(self.chunks))
        self.chunks.clear()
        if not self.lengths:
            return values
        lengths = torch.from_numpy(np.concatenate(self.lengths))
        if bool((lengths == lengths[0]).all()):
            return values.reshape(len(lengths), int(lengths[0]), *values.shape[1:])
        return Ragged.from_lengths(values, lengths)
