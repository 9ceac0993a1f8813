"""Classes that have names: numbered in alphabetical order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column, first_where
from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    UnknownClass,
    within,
)
from neuroscript.contracts.dataloader.columns.ragged import IGNORED, Ragged
from neuroscript.contracts.dataloader.columns.table import Table


def number_classes(names: Sequence[Any]) -> tuple[Column, list[str]]:
    """The class of each sample as an index, and the name of each class.

    >>> number_classes(["dog", "cat", "dog"])
    (tensor([1, 0, 1]), ['cat', 'dog'])
    >>> number_classes([["noun", "verb"], ["verb"]])
    (Ragged(2 sequences of 1 to 2), ['noun', 'verb'])
    """
    known = sorted(_leaves(names))
    indices = _indices(names, {name: i for i, name in enumerate(known)})
    if isinstance(indices[0], list) and len(set(map(len, indices))) > 1:
        return Ragged.of(indices), known
    return torch.tensor(indices), known


def renumber(table: Table, class_names: dict[str, list[str]]) -> Table:
    """The table with its classes numbered as in `class_names`."""
    targets = dict(table.targets)
    for port, names in table.class_names.items():
        wanted = class_names.get(port)
        if wanted is None or wanted == names:
            continue
        index = {name: i for i, name in enumerate(wanted)}
        for old, name in enumerate(names):
            if name not in index:
                found = first_where(targets[port], partial(torch.eq, other=old))
                if found is not None:
                    span = within(table.place(found[0]), name)
                    raise DataError([UnknownClass(span, name, wanted)])
        numbers = torch.tensor([index.get(name, IGNORED) for name in names])
        targets[port] = _looked_up(targets[port], numbers)
    return replace(table, targets=targets, class_names=table.class_names | class_names)


def _looked_up(column: Column, numbers: Tensor) -> Column:
    if isinstance(column, Ragged):
        return replace(column, values=numbers[column.values[:].long()])
    return numbers[column[:].long()]


def _leaves(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    if value and isinstance(value[0], str):
        return set(value)
    return {leaf for inner in value for leaf in _leaves(inner)}


def _indices(value: Any, index: dict[str, int]) -> Any:
    if isinstance(value, str):
        return index[value]
    return [_indices(inner, index) for inner in value]
