"""A learning rate, from a range test: where the loss falls fastest while the rate grows.

Source: Smith, Cyclical Learning Rates for Training Neural Networks, 2017 (arXiv:1506.01186).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from neuroscript.training.errors import TrainingError
from neuroscript.training.finding.errors import NoLearningRate
from neuroscript.training.finding.trial import Trial

if TYPE_CHECKING:
    from neuroscript.training.prepare import Prepared

LEAST, GREATEST, STEPS = 1e-6, 1.0, 100
"""From where to where the learning rate grows, and over how many steps."""

BATCHES = 16
"""How many batches are trained on, one after the other and again."""

KEPT = 0.8
"""How much of the smoothed loss stays at each step."""

DIVERGED = 2.0
"""How many times the loss that it began with ends the test."""

BELOW_LEAST = 10.0
"""How many times less the rate is at least than where the loss is least, and about to rise."""


def find_learning_rate(prepared: Prepared) -> tuple[float, str]:
    """The learning rate, and how it was found; raises TrainingError if the loss never falls."""
    trial = Trial(prepared, "training.lr")
    with trial.under_way():
        trial.model.train()
        rates, losses = _tested(trial, list(islice(prepared.data.train, BATCHES)))
    found = fastest_fall(rates, losses)
    if found is None:
        place = prepared.config.place("training.lr")
        raise TrainingError([NoLearningRate(place, LEAST, rates[-1] if rates else GREATEST)])
    return float(f"{found:.2g}"), f"lr found where the loss fell fastest, in {len(rates)} steps"


def fastest_fall(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """The rate at which the smoothed loss falls most, against the logarithm of the rate.

    It is well below the rate at which the loss is least. None if the loss falls nowhere.

    >>> fastest_fall([0.001, 0.01, 0.1, 1.0, 10.0], [1.0, 0.9, 0.3, 0.2, 5.0])
    0.1
    """
    smooth = list(_smoothed(losses))
    if len(smooth) < 2 or min(smooth) > 0.98 * smooth[0]:
        return None
    lowest = smooth.index(min(smooth))
    falls = [smooth[i] - smooth[i - 1] for i in range(1, lowest + 1)]
    return min(rates[1 + falls.index(min(falls))], rates[lowest] / BELOW_LEAST)


def _tested(trial: Trial, batches: Sequence[Any]) -> tuple[list[float], list[float]]:
    """The rates and the losses, each as a part of what that batch had at first.

    One batch may be harder than another, and chance plays in, by dropout: what counts is what
    becomes of each batch, by the same chance.
    """
    first = [trial.loss(batch, seed) for seed, batch in enumerate(batches)]
    rates: list[float] = []
    losses: list[float] = []
    optimizer, groups = trial.optimizer(LEAST)
    for step in range(STEPS):
        rate = LEAST * (GREATEST / LEAST) ** (step / (STEPS - 1))
        for group in groups:
            group["lr"] = rate
        which = step % len(batches)
        loss = trial.step(batches[which], optimizer, seed=which) / (first[which] or 1.0)
        if not math.isfinite(loss) or loss > DIVERGED:
            break
        rates.append(rate)
        losses.append(loss)
    return rates, losses


def _smoothed(losses: Sequence[float]) -> Iterator[float]:
    """A running mean that the first losses weigh in as much as they should."""
    mean = 0.0
    for count, loss in enumerate(losses, start=1):
        mean = KEPT * mean + (1 - KEPT) * loss
        yield mean / (1 - KEPT**count)
