"""What is remembered of training steps until it is told: read once an interval, not every step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from neuroscript.training.objective import Outcome, joined


@dataclass(frozen=True, slots=True)
class Interval:
    """The steps since the last reading."""

    loss: float
    """Their mean loss."""

    strange: tuple[int, float] | None
    """How many batches in the first loss came that is not finite, and that loss."""


ROOM = 1_000_000
"""How many numbers of predictions may be kept for the metrics of an interval."""


@dataclass(slots=True)
class Journal:
    """Losses as they come from the device, without waiting for it.

    >>> journal = Journal()
    >>> journal.add(torch.tensor(1.0)); journal.add(torch.tensor(3.0))
    >>> journal.read()
    Interval(loss=2.0, strange=None)
    >>> len(journal)
    0
    """

    _losses: list[Tensor] = field(default_factory=list)
    _outcomes: list[Outcome] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._losses)

    def add(self, loss: Tensor) -> None:
        self._losses.append(loss.detach())

    def keep(self, outcome: Outcome, steps: int) -> None:
        """Keeps a batch for the metrics; only the newest if `steps` of them would take too much."""
        if steps * sum(p.numel() for p, _ in outcome.compared) > ROOM:
            self._outcomes.clear()
        self._outcomes.append(outcome.detached())

    def outcome(self) -> Outcome | None:
        """The kept batches as one, and starts anew."""
        kept, self._outcomes = self._outcomes, []
        return joined(kept) if kept else None

    def last(self) -> float | None:
        """The newest loss, waiting for the device."""
        return float(self._losses[-1]) if self._losses else None

    def read(self) -> Interval:
        """What the interval came to, and starts the next one."""
        values = torch.stack(self._losses).double().tolist()
        self._losses = []
        strange = next(((i, v) for i, v in enumerate(values) if not math.isfinite(v)), None)
        return Interval(math.fsum(values) / len(values) if strange is None else math.nan, strange)
