"""A column of text cells that becomes numbers, booleans or class names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.growing import Growing
from neuroscript.contracts.dataloader.columns.growing_names import GrowingNames

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


def numbers_of(cells: Sequence[str]) -> NDArray[Any] | None:
    """Cells as int64 if all are whole, else as float32; None if one is no finite number.

    >>> numbers_of(["1", "2.5"])
    array([1. , 2.5], dtype=float32)
    >>> numbers_of(["1", "two"]) is None
    True
    """
    joined = ",".join(cells)
    array = _as_json(joined)
    if array is None or array.shape != (len(cells),):
        array = None if "_" in joined else _one_by_one(cells)
    return None if array is None else stored(array)


def stored(array: NDArray[Any]) -> NDArray[Any] | None:
    """Numbers in the type in which they are kept; None if float32 cannot hold one of them."""
    if array.dtype.kind == "i":
        return array
    with np.errstate(over="ignore"):
        array = array.astype(np.float32)
    return array if np.isfinite(array).all() else None


def _as_json(joined: str) -> NDArray[Any] | None:
    """Numbers that are written as JSON writes them, read much faster than one by one."""
    if "u" in joined or "l" in joined:  # true, false and null are JSON too
        return None
    try:
        array = np.array(orjson.loads(f"[{joined}]"))
    except (ValueError, OverflowError):
        return None
    return array if array.dtype.kind in "if" else None


def _one_by_one(cells: Sequence[str]) -> NDArray[Any] | None:
    try:
        return np.array(list(map(int, cells)), dtype=np.int64)
    except (ValueError, OverflowError):
        pass
    try:
        return np.array(list(map(float, cells)))
    except ValueError:
        return None


class NumberColumns:
    """Columns of numbers side by side: int64 if all are whole, else float32."""

    def __init__(self) -> None:
        self.growing = Growing()

    def add(self, columns: Sequence[Sequence[str]]) -> bool:
        """Takes cells by column; False, and nothing is taken, if one is no finite number."""
        numbers = []
        for cells in columns:
            found = numbers_of(cells)
            if found is None:
                return False
            numbers.append(found)
        self.growing.add(np.stack(numbers, axis=1))
        return True

    def add_matrix(self, matrix: NDArray[Any]) -> bool:
        """Takes numbers by row; False, and nothing is taken, if one is too large."""
        numbers = stored(matrix)
        if numbers is not None:
            self.growing.add(numbers)
        return numbers is not None

    def take_back(self, count: int) -> None:
        """Forgets what was added last."""
        self.growing.take_back()

    def finish(self, alone: bool = False) -> Column:
        """All rows; the numbers themselves, if `alone` says that there is one column."""
        return self.growing.finish((lambda rows: rows[:, 0]) if alone else None)


class NameColumn:
    """Class names, or booleans where every cell is `true` or `false`."""

    def __init__(self) -> None:
        self.names = GrowingNames()

    def add(self, cells: Sequence[str]) -> bool:
        """Takes cells; False, and nothing is taken, if one of them is empty."""
        stripped = [cell.strip() for cell in cells]
        if not all(stripped):
            return False
        self.names.add(stripped)
        return True

    def take_back(self, count: int) -> None:
        """Forgets so many cells that were added last."""
        self.names.take_back()

    def finish(self) -> tuple[Column, list[str] | None]:
        """The whole column, and its class names unless they are booleans."""
        if {name.lower() for name in self.names.used} <= set(BOOLEANS):
            known = [BOOLEANS.get(name.lower(), False) for name in self.names.numbers]
            return self.names.growing.finish(np.array(known).__getitem__), None
        return self.names.finish()
