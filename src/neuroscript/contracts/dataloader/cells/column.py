"""A column of text cells that becomes numbers, booleans or class names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neuroscript.contracts.dataloader.columns.classes import number_classes

BOOLEANS = {"true": True, "false": False}


def is_number(cell: str) -> bool:
    """Whether a cell holds a number.

    >>> [is_number(cell) for cell in ("1", "-2.5e3", "", "setosa")]
    [True, True, False, False]
    """
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


class NumberColumn:
    """Whole numbers as int64, others as float32."""

    def __init__(self) -> None:
        self.chunks: list[NDArray[Any]] = []
        self.whole = True

    def add(self, cells: Sequence[str]) -> bool:
        """Takes cells; False if one of them is no finite number."""
        if self.whole:
            try:
                self.chunks.append(np.array(list(map(int, cells)), dtype=np.int64))
                return True
            except (ValueError, OverflowError):
                self.whole = False
        try:
            numbers = np.array(list(map(float, cells)))
        except ValueError:
            return False
        with np.errstate(over="ignore"):
            self.chunks.append(numbers.astype(np.float32))
        return bool(np.isfinite(self.chunks[-1]).all())

    def finish(self) -> Tensor:
        """The whole column."""
        if not self.whole:
            self.chunks = [chunk.astype(np.float32, copy=False) for chunk in self.chunks]
        return torch.from_numpy(np.concatenate(self.chunks))


class NameColumn:
    """Class names, or booleans where every cell is `true` or `false`."""

    def __init__(self) -> None:
        self.cells: list[str] = []

    def add(self, cells: Sequence[str]) -> bool:
        """Takes cells; False if one of them is empty."""
        stripped = [cell.strip() for cell in cells]
        self.cells.extend(stripped)
        return all(stripped)

    def finish(self) -> tuple[Tensor, list[str] | None]:
        """The whole column, and its class names unless they are booleans."""
        if {cell.lower() for cell in set(self.cells)} <= set(BOOLEANS):
            return torch.tensor([BOOLEANS[cell.lower()] for cell in self.cells]), None
        return number_classes(self.cells)
