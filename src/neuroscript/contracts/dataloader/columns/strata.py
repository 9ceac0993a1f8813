"""Splits in which every class has its part."""

from __future__ import annotations

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.columns.table import Table

FEWEST = 2
"""How many samples a class needs, so that both sides of a split can have one."""


def classes_of(table: Table) -> Tensor | None:
    """The class of each sample as 0, 1, …; None if the only target is no class."""
    targets = list(table.targets.values())
    if len(targets) != 1:
        return None
    target = targets[0]
    if isinstance(target, Ragged) or target.is_floating_point() or target[:1].numel() != 1:
        return None
    indices: Tensor = torch.unique(target[:].reshape(-1), return_inverse=True)[1]
    return indices


def objection(classes: Tensor | None, held_out: int) -> str | None:
    """Why samples cannot be split class by class, None if they can."""
    if classes is None:
        return "the target is not one class for each sample"
    counts = classes.bincount()
    if int(counts.min()) < FEWEST:
        return "there is one sample only of some class"
    if min(held_out, len(classes) - held_out) < len(counts):
        return f"one side would have fewer samples than there are classes ({len(counts)})"
    return None


def stratified(shuffled: Tensor, classes: Tensor, held_out: int) -> Tensor:
    """The samples, first those that are held out: of each class its part, by `shuffled`.

    Parts that are no whole numbers are rounded so that they add up, the largest rests first, and
    each side has at least one of each class.

    >>> classes = torch.tensor([0, 0, 0, 0, 1, 1])
    >>> sorted(classes[stratified(torch.arange(6), classes, 3)[:3]].tolist())
    [0, 0, 1]
    """
    counts = classes.bincount()
    exact = counts.double() * held_out / len(classes)
    taken = torch.minimum(exact.floor().long().clamp(min=1), counts - 1)
    while int(taken.sum()) != held_out:
        missing = held_out - int(taken.sum())
        step = 1 if missing > 0 else -1
        room = taken < counts - 1 if missing > 0 else taken > 1
        rest = torch.where(room, (exact - taken) * step, -torch.inf)
        most = rest.argsort(descending=True, stable=True)[: min(abs(missing), int(room.sum()))]
        taken[most] += step
    of_sample = classes[shuffled]
    # The number of each sample among those of its class, in the order of the shuffle.
    by_class = of_sample.argsort(stable=True)
    number = torch.empty_like(by_class)
    number[by_class] = torch.arange(len(classes)) - (counts.cumsum(0) - counts)[of_sample[by_class]]
    first = number < taken[of_sample]
    return torch.cat([shuffled[first], shuffled[~first]])
