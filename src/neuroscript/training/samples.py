"""The samples of a loader that are looked at before training, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.columns import Column, ColumnLoader, Ragged, Table
from neuroscript.contracts.dataloader.ecosystem import as_batch
from neuroscript.contracts.dataloader.tokenizers import Tokenizer
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Span
from neuroscript.training.batch import BESIDE, INPUT, TARGET
from neuroscript.training.fields import field_of

Place = Callable[[int], Span]
"""Where the sample with a certain index stands."""


@dataclass(frozen=True, slots=True)
class Samples:
    """All samples of a loader that holds its columns, the first batch of any other."""

    inputs: dict[str, Column]
    """By the names that the data give them; `input` for one that has none."""

    targets: dict[str, Column]
    """By output; `target` for one that is not named; empty where there are none."""

    batch: dict[str, Any]
    """The first samples, and of sequences the longest, as training will get them."""

    place: Place
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Class names by the names of the targets."""

    tokenizers: dict[str, Tokenizer] = field(default_factory=dict)
    """For each input that was text: what made token ids of it."""

    def input_at(self, sample: int, port: str) -> Span:
        """Where a sample says what an input gets."""
        return field_of(self.place(sample), _name_of(self.inputs, port))

    def target_at(self, sample: int, port: str) -> Span:
        """Where a sample says what an output is held to."""
        name = _name_of(self.targets, port)
        path = (TARGET,) if name == TARGET else (TARGET, name)
        return field_of(self.place(sample), *path)


def look_at(loader: DataLoaderContract, elsewhere: Span | None = None) -> Samples:
    """The samples of a loader; `elsewhere` is where one stands that has no line of its own."""
    if isinstance(loader, ColumnLoader):
        names = {target: tuple(given) for target, given in loader.class_names.items()}
        table = loader.table
        batch = loader.gather(_first_and_longest(table.columns.values()))
        inputs = {name: _as_given(table, name) for name in table.inputs}
        return Samples(inputs, table.targets, batch, loader.place, names, table.tokenizers)
    batch = as_batch(next(iter(loader)))
    target = batch.get(TARGET)
    given = batch.get(INPUT, {k: v for k, v in batch.items() if k not in BESIDE})
    place = elsewhere or said("data", type(loader).__name__)
    return Samples(
        _by_name(given, INPUT),
        {} if target is None else _by_name(target, TARGET),
        batch,
        lambda _: place,
        _names_of(loader),
    )


def _as_given(table: Table, name: str) -> Column:
    """An input in the type in which batches have it; of pixels, nothing but their shape."""
    column = table.inputs[name]
    return torch.zeros(()).expand(column.shape) if name in table.scales else column


def _first_and_longest(columns: Iterable[Column]) -> Tensor:
    """Two samples to try a model with; of sequences, the longest is among them."""
    columns = list(columns)
    longest = [int(c.lengths.argmax()) for c in columns if isinstance(c, Ragged)]
    second = min(1, len(columns[0]) - 1)
    found = list(dict.fromkeys([0, *(longest or [second])]))
    return torch.tensor(found if len(found) > 1 else list(dict.fromkeys([0, second])))


def _name_of(given: Mapping[str, Column], port: str) -> str:
    """What the data call the values of a port."""
    return next(iter(given)) if len(given) == 1 else port


def _by_name(given: Any, name: str) -> dict[str, Column]:
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
