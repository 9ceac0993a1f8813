"""What is remembered of training steps until it is told: read once an interval, not every step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from neuroscript.training.objective import Outcome, joined

ROOM = 1_000_000
"""How many numbers of predictions are kept before they are added up."""


@dataclass(frozen=True, slots=True)
class Strange:
    """The first loss that is not finite, and how many batches came before it."""

    batches: int
    loss: float


@dataclass(slots=True)
class Journal:
    """Batches as they come from the device, without waiting for it.

    >>> journal = Journal()
    >>> for loss in (1.0, 3.0):
    ...     journal.add(Outcome(torch.tensor(loss), (), size=4))
    >>> journal.taken_out().loss
    tensor(2.)
    >>> journal.strange() is None
    True
    >>> len(journal)
    0
    """

    _losses: list[Tensor] = field(default_factory=list)
    _outcomes: list[Outcome] = field(default_factory=list)
    _numbers: int = 0

    def __len__(self) -> int:
        return len(self._losses)

    def add(self, outcome: Outcome) -> None:
        kept = outcome.detached()
        self._losses.append(kept.loss)
        self._outcomes.append(kept)
        self._numbers += _numbers_of(kept)

    @property
    def is_full(self) -> bool:
        """Whether what is kept should be taken out, lest it take too much memory."""
        return self._numbers > ROOM

    def taken_out(self) -> Outcome | None:
        """What is kept as one batch, and starts anew; None if nothing is."""
        kept, self._outcomes, self._numbers = self._outcomes, [], 0
        return joined(kept) if kept else None

    def last(self) -> float | None:
        """The newest loss, waiting for the device."""
        return float(self._losses[-1]) if self._losses else None

    def forget(self, batches: int) -> None:
        """Drops the newest batches, as if they had not come."""
        if batches > 0:
            del self._losses[-batches:], self._outcomes[-batches:]
            self._numbers = sum(_numbers_of(kept) for kept in self._outcomes)

    def progress(self) -> dict[str, Any]:
        """What is kept, for a checkpoint."""
        kept = [(one.loss, list(one.compared), one.size) for one in self._outcomes]
        return {"losses": torch.stack(self._losses) if self._losses else None, "outcomes": kept}

    def go_on_from(self, progress: Mapping[str, Any]) -> None:
        """Keeps what `progress` gave."""
        losses = progress["losses"]
        self._losses = [] if losses is None else list(losses)
        self._outcomes = [Outcome(loss, tuple(c), n) for loss, c, n in progress["outcomes"]]
        self._numbers = sum(_numbers_of(kept) for kept in self._outcomes)

    def strange(self) -> Strange | None:
        """The first loss since the last call that is not finite, waiting for the device."""
        losses, self._losses = self._losses, []
        values = torch.stack(losses).tolist() if losses else []
        return next((Strange(i, v) for i, v in enumerate(values) if not math.isfinite(v)), None)


def _numbers_of(outcome: Outcome) -> int:
    """How many numbers of predictions are kept of a batch."""
    return sum(predictions.numel() for predictions, _ in outcome.compared)
