"""The most samples whose step fits in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch

from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.training.data import Data, load_data
from neuroscript.training.errors import TrainingError
from neuroscript.training.finding.errors import NoBatchFits
from neuroscript.training.finding.memory import MainMemory, free_again, is_out_of_memory
from neuroscript.training.finding.trial import Trial

if TYPE_CHECKING:
    from neuroscript.training.prepare import Prepared

USUAL = 32
STEPS_LEFT = 8
"""How many steps an epoch has at least, unless batches are no larger than usual."""

LOOKED_AT = 8
"""How many batches are looked at for the largest, where sequences have lengths of their own."""

MARGIN = 1.5
"""How much more memory than expected must be free."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a size was not taken."""

    size: int
    reason: str


def find_batch_size(prepared: Prepared) -> tuple[int, str]:
    """A power of two that passed a step of training and one of validation, and why no larger.

    Raises TrainingError if a single sample does not fit.
    """
    trial = Trial(prepared, "training.batch_size")
    most = largest(samples_of(prepared.data.train, prepared.config.batch_size))
    size, fits, misfit = min(USUAL, most), 0, None
    memory = MainMemory() if trial.device.type == "cpu" else None
    while size:
        misfit = _tried(prepared, trial, size, memory, growing=size > fits > 0)
        if misfit is None:
            fits = size
            if size == most:
                break
            size *= 2
        elif fits:
            break
        else:
            size //= 2
    if not fits:
        place = prepared.config.place("training.batch_size")
        raise TrainingError([NoBatchFits(place, misfit.reason if misfit else "")])
    if misfit is None:
        return fits, f"found: with more, an epoch would have fewer than {STEPS_LEFT} steps"
    return fits, f"found: {misfit.size} {misfit.reason}"


def largest(samples: int) -> int:
    """The largest power of two that leaves steps enough in an epoch of so many samples.

    >>> [largest(samples) for samples in (4, 100, 1000, 100_000)]
    [4, 32, 64, 8192]
    """
    most = max(samples // STEPS_LEFT, min(samples, USUAL))
    return 1 << (max(1, most).bit_length() - 1)


def samples_of(loader: DataLoaderContract, batch_size: int) -> int:
    """How many samples a loader has, as far as it tells."""
    if isinstance(loader, ColumnLoader):
        return len(loader.table)
    try:
        return len(loader) * batch_size
    except TypeError:
        return USUAL * STEPS_LEFT


def _tried(
    prepared: Prepared, trial: Trial, size: int, memory: MainMemory | None, growing: bool
) -> Misfit | None:
    """None if a step with so many samples passes."""
    if memory is not None and growing:
        needed, free = MARGIN * 2 * memory.used(), memory.free()
        if free is not None and needed > free:
            reason = f"would need about {_said(int(needed))}, and {_said(free)} are free"
            return Misfit(size, reason)
    if memory is not None:
        memory.begin()
    try:
        with _of_size(prepared, size) as data, trial.under_way():
            trial.model.train()
            optimizer, _ = trial.optimizer(prepared.config.lr)
            trial.step(_largest_batch(data.train), optimizer)
            trial.validate(_largest_batch(data.val or data.train))
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        free_again()
        return Misfit(size, "does not fit in memory")
    return None


@contextmanager
def _of_size(prepared: Prepared, size: int) -> Iterator[Data]:
    """The data of a run in batches of that size."""
    loaders = [one for one in (prepared.data.train, prepared.data.val) if one is not None]
    if not all(isinstance(loader, ColumnLoader) for loader in loaders):
        yield load_data(prepared.config.with_found(batch_size=size))
        return
    before = [(loader, loader.batch_size) for loader in loaders if isinstance(loader, ColumnLoader)]
    for loader, _ in before:
        loader.batch_size = size
    try:
        yield prepared.data
    finally:
        for loader, usual in before:
            loader.batch_size = usual


def _largest_batch(loader: DataLoaderContract) -> Any:
    return max(islice(loader, LOOKED_AT), key=_numbers)


def _numbers(batch: Any) -> int:
    if isinstance(batch, torch.Tensor):
        return batch.numel()
    if isinstance(batch, dict):
        return sum(map(_numbers, batch.values()))
    return sum(map(_numbers, batch)) if isinstance(batch, (list, tuple)) else 0


def _said(size: int) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{max(1, size >> 20)} MiB"
