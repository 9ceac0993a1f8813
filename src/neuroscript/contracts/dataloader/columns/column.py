"""The values of one port for every sample: in memory, in a file, or of different lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.mapped import Mapped
from neuroscript.contracts.dataloader.columns.ragged import Ragged

Column: TypeAlias = Tensor | Mapped | Ragged

AT_ONCE = 2**20
"""How many values are looked at together, so that looking at all takes little memory."""


def selected(column: Column, indices: Tensor) -> Column:
    """The samples with these numbers, in their order."""
    if isinstance(column, (Mapped, Ragged)):
        return column.select(indices)
    return column.index_select(0, indices)


def parts(column: Column) -> Iterator[tuple[int, int, Tensor]]:
    """All values in turn: the first sample, the sample to stop before, and their values.

    Those of sequences come one after the other, without padding.
    """
    each = max(1, column.shape[1:].numel())
    size = max(1, AT_ONCE // each)
    for start in range(0, len(column), size):
        stop = min(start + size, len(column))
        if isinstance(column, Ragged):
            yield start, stop, column.flat(torch.arange(start, stop))
        else:
            yield start, stop, column[start:stop]


def first_where(column: Column, condition: Callable[[Tensor], Tensor]) -> tuple[int, Tensor] | None:
    """The first sample that has a value for which a condition holds, and that value.

    >>> first_where(torch.tensor([[1, 2], [3, 4]]), lambda values: values > 3)
    (1, tensor(4))
    >>> first_where(Ragged.of([[1, 2, 3], [4]]), lambda values: values > 3)
    (1, tensor(4))
    >>> first_where(torch.tensor([1, 2]), lambda values: values > 3) is None
    True
    """
    for start, stop, values in parts(column):
        if values.dtype is torch.uint8:  # which would take 256 for 0
            values = values.long()
        holds = condition(values)
        if not holds.any():
            continue
        row = int(holds.reshape(len(holds), -1).any(1).nonzero()[0])
        value = values[row][holds[row]].reshape(-1)[0]
        if isinstance(column, Ragged):
            row = int(torch.searchsorted(column.lengths[start:stop].cumsum(0), row, right=True))
        return start + row, value
    return None
