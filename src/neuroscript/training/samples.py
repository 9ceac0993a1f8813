"""The samples of a loader that are looked at before training, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.contracts.dataloader.ecosystem import as_batch
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Span
from neuroscript.training.batch import INPUT, TARGET

Place = Callable[[int], Span]
"""Where the sample with a certain index stands."""


@dataclass(frozen=True, slots=True)
class Samples:
    """All samples of a loader that holds its columns, the first batch of any other."""

    inputs: dict[str, Tensor]
    """By the names that the data give them; `input` for one that has none."""

    targets: dict[str, Tensor]
    """By output; `target` for one that is not named; empty where there are none."""

    batch_inputs: Any
    """The inputs of a batch of the first samples, as training will get them."""

    place: Place
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Class names by the names of the targets."""


def look_at(loader: DataLoaderContract, elsewhere: Span | None = None) -> Samples:
    """The samples of a loader; `elsewhere` is where one stands that has no line of its own."""
    if isinstance(loader, ColumnLoader):
        names = {target: tuple(given) for target, given in loader.class_names.items()}
        first = loader.gather(torch.arange(min(len(loader.table), 2)))
        table = loader.table
        return Samples(table.inputs, table.targets, first["input"], loader.place, names)
    batch = as_batch(next(iter(loader)))
    target = batch.pop(TARGET, None)
    given = batch.get(INPUT, batch)
    place = elsewhere or said("data", type(loader).__name__)
    return Samples(
        _by_name(given, INPUT),
        {} if target is None else _by_name(target, TARGET),
        given,
        lambda _: place,
        _names_of(loader),
    )


def first_where(condition: Tensor) -> int:
    """The index of the first sample for which a condition holds anywhere.

    >>> first_where(torch.tensor([[False, False], [False, True]]))
    1
    """
    return int(torch.nonzero(condition.reshape(len(condition), -1).any(1))[0])


def _by_name(given: Any, name: str) -> dict[str, Tensor]:
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, (tuple, list)):
        return {str(index): value for index, value in enumerate(given)}
    return {name: given}


def _names_of(loader: object) -> dict[str, tuple[str, ...]]:
    names = getattr(loader, "class_names", None) or {}
    if isinstance(names, Mapping):
        return {target: tuple(given) for target, given in names.items()}
    return {TARGET: tuple(names)}
