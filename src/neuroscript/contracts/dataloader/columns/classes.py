"""Classes that have names: numbered in alphabetical order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    UnknownClass,
    within,
)
from neuroscript.contracts.dataloader.columns.table import Table


def number_classes(names: Sequence[Any]) -> tuple[Tensor, list[str]]:
    """The class of each sample as an index, and the name of each class.

    >>> number_classes(["dog", "cat", "dog"])
    (tensor([1, 0, 1]), ['cat', 'dog'])
    """
    known = sorted(_leaves(names))
    index = {name: i for i, name in enumerate(known)}
    return torch.tensor(_indices(names, index)), known


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
                sample = int((targets[port] == old).reshape(len(table), -1).any(1).nonzero()[0])
                span = within(table.place(sample), name)
                raise DataError([UnknownClass(span, name, wanted)])
        targets[port] = torch.tensor([index[name] for name in names])[targets[port]]
    return replace(table, targets=targets, class_names=table.class_names | class_names)


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
