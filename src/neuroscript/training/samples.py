"""The samples of a loader that are looked at before training, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from neuroscript.contracts import DataLoaderContract
from neuroscript.diagnostics import Source, Span
from neuroscript.training.batch import INPUT, TARGET
from neuroscript.training.errors import said

Place = Callable[[int], Span]
"""Where the sample with a certain index stands."""


@dataclass(frozen=True, slots=True)
class Samples:
    """All samples of a loader that holds its columns, the first batch of any other."""

    batch: Any
    """Inputs and targets in one of the forms that batches have."""

    place: Place
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Class names by output; `target` where the targets have no names of their own."""

    count: int | None = None
    """How many samples there are, None where only the loader could tell."""

    format: str = ""
    notes: tuple[str, ...] = ()
    """What the loader has to say, such as columns that it ignores."""

    @property
    def inputs(self) -> dict[str, Tensor]:
        """The inputs by the names that the data give them."""
        batch = self.batch
        if isinstance(batch, Mapping):
            given = batch[INPUT] if INPUT in batch else None
            if given is None:
                given = {key: value for key, value in batch.items() if key != TARGET}
        elif isinstance(batch, (tuple, list)) and len(batch) in (1, 2):
            given = batch[0]
        else:
            given = batch
        if isinstance(given, Mapping):
            return dict(given)
        if isinstance(given, (tuple, list)):
            return {str(index): value for index, value in enumerate(given)}
        return {INPUT: given}

    @property
    def targets(self) -> dict[str, Tensor]:
        """The targets by output, `target` for one that is not named; empty where there are none."""
        batch = self.batch
        if isinstance(batch, Mapping):
            given = batch.get(TARGET)
        else:
            given = batch[1] if isinstance(batch, (tuple, list)) and len(batch) == 2 else None
        if given is None:
            return {}
        return dict(given) if isinstance(given, Mapping) else {TARGET: given}


def look_at(loader: DataLoaderContract, elsewhere: Span | None = None) -> Samples:
    """The samples of a loader; `elsewhere` is where one stands that has no line of its own."""
    place = _place(loader, elsewhere)
    columns = getattr(loader, "columns", None)
    if isinstance(columns, Mapping) and columns:
        return Samples(loader.whole(), place, _names(loader), len(next(iter(columns.values()))))
    return Samples(next(iter(loader)), place, _names(loader))


def _names(loader: DataLoaderContract) -> dict[str, tuple[str, ...]]:
    names = getattr(loader, "class_names", None)
    if not names:
        return {}
    if isinstance(names, Mapping):
        return {port: tuple(given) for port, given in names.items()}
    return {TARGET: tuple(names)}


def _place(loader: DataLoaderContract, elsewhere: Span | None) -> Place:
    sample_line = getattr(loader, "sample_line", None)

    def place(index: int) -> Span:
        found = sample_line(index) if sample_line else None
        if found is None:
            return elsewhere or said("data", type(loader).__name__)
        return line_of(*found)

    return place


def line_of(file: str | Path, number: int) -> Span:
    """A line of a data file, read again so that it can be shown."""
    with open(file, encoding="utf-8", errors="replace") as lines:
        text = next((line for at, line in enumerate(lines, 1) if at == number), "")
    return Source(str(file), text.rstrip("\r\n"), Path(file), number).line_span(number)


def first_where(condition: Tensor) -> int:
    """The index of the first sample for which a condition holds anywhere."""
    return int(torch.nonzero(condition.reshape(len(condition), -1).any(1))[0])
