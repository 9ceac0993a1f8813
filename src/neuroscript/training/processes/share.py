"""The part of each batch that falls to one process.

A batch is what one process alone would take in a step. Row 0 falls to process 0, row 1 to process
1 and so on, so that each sample is seen exactly once, whatever the sizes, and all processes take
the same number of steps. A process for which no row is left takes the first row as a stand-in
that counts for nothing, since it has to take the step with the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neuroscript.training.processes.together import summed, world

SHARE = "share"
"""The key of a batch under which it is kept how much of the whole it is."""


class Share(NamedTuple):
    """How many rows of a batch fall to this process, and how many there are."""

    own: int
    whole: int

    @property
    def size(self) -> float:
        """How much the batch counts in sums over all processes, so that they come to its rows."""
        return self.whole / world()

    def weighed(self, loss: Tensor, count: float | Tensor | None) -> Tensor:
        """A mean over `count` numbers, so that its average over the processes is that over all.

        The gradients of processes are averaged, so that with this loss they come to the gradient
        that one process would have with the whole batch. A `count` of None is that of a sum.
        """
        if count is None:
            return loss * (world() if self.own else 0)
        own = torch.as_tensor(count if self.own else 0, dtype=torch.float32, device=loss.device)
        nothing = loss.new_zeros(())
        return torch.where(own > 0, loss, nothing) * (own / summed(own) * world())

    def compared(self, pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Predictions and targets as metrics see them: nothing of a stand-in."""
        return pair if self.own else (pair[0][:0], pair[1][:0])


def share_of(batch: Any) -> Share | None:
    """What part of a whole a batch is; None if it is all of it."""
    return batch.get(SHARE) if isinstance(batch, Mapping) else None


def shares(batches: Iterator[Any], rank: int, world: int) -> Iterator[dict[str, Any]]:
    """The part of each batch that falls to a process.

    >>> whole = {"input": torch.arange(3), "target": torch.arange(3)}
    >>> (part,) = shares(iter([whole]), rank=1, world=2)
    >>> part
    {'input': tensor([1]), 'target': tensor([1]), 'share': Share(own=1, whole=3)}
    """
    for batch in batches:
        rows = _rows_of(batch)
        own = torch.tensor(range(rank, rows, world), dtype=torch.long)
        chosen = own if len(own) else torch.zeros(1, dtype=torch.long)
        yield {**_chosen(batch, chosen, rows), SHARE: Share(len(own), rows)}


def _rows_of(batch: Mapping[str, Any]) -> int:
    found = _first_tensor(batch)
    return 0 if found is None else len(found)


def _first_tensor(value: Any) -> Tensor | None:
    if isinstance(value, Tensor):
        return value if value.dim() else None
    inner = value.values() if isinstance(value, Mapping) else value
    if not isinstance(value, (Mapping, list, tuple)):
        return None
    return next((found for one in inner if (found := _first_tensor(one)) is not None), None)


def _chosen(value: Any, rows: Tensor, whole: int) -> Any:
    """The rows of whatever has a row for each sample."""
    if isinstance(value, Tensor):
        return value[rows.to(value.device)] if value.dim() and len(value) == whole else value
    if isinstance(value, Mapping):
        return {key: _chosen(inner, rows, whole) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_chosen(inner, rows, whole) for inner in value)
    if isinstance(value, list):
        if len(value) == whole and not any(isinstance(inner, Tensor) for inner in value):
            return [value[row] for row in rows.tolist()]
        return [_chosen(inner, rows, whole) for inner in value]
    return value
