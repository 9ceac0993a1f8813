"""Some rows of a table of text cells, split into cells when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

Cells = Sequence[Sequence[str]]
"""By column, the cell of each row."""


class Rows:
    """Rows by column, and the line on which each row begins."""

    def __init__(self, cells: Cells, lines: Sequence[int]) -> None:
        self.cells = cells
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, index: int) -> Sequence[str]:
        """The cells of one column."""
        return self.cells[index]

    def matrix(self, first: int) -> NDArray[Any] | None:
        """The first columns as numbers, where that is quickly done."""
        return None

    def without(self, damaged: set[int]) -> Rows:
        """The same without the rows with these numbers."""
        kept = [i for i in range(len(self)) if i not in damaged]
        columns = [[column[i] for i in kept] for column in self.cells]
        return Rows(columns, [self.lines[i] for i in kept])


class Lines(Rows):
    """Rows that are lines without quotes, each with all its cells."""

    def __init__(self, texts: list[str], delimiter: str, width: int, lines: Sequence[int]) -> None:
        self.texts = texts
        self.delimiter = delimiter
        self.width = width
        self.lines = lines
        self._cells: Cells | None = None
        self._last: list[list[str]] = []

    @property
    def cells(self) -> Cells:  # type: ignore[override]
        """All cells, by column."""
        if self._cells is None:
            flat = self.delimiter.join(self.texts).split(self.delimiter)
            self._cells = [flat[i :: self.width] for i in range(self.width)]
        return self._cells

    def column(self, index: int) -> Sequence[str]:
        """The cells of one column; of the last ones without splitting the others."""
        from_end = self.width - index
        if self._last and from_end < len(self._last[0]):
            return [parts[-from_end] for parts in self._last]
        return self.cells[index]

    def matrix(self, first: int) -> NDArray[Any] | None:
        """The first columns, read as JSON, which is much faster than cell by cell.

        None where a cell is not written as JSON writes a number.
        """
        self._last = [text.rsplit(self.delimiter, self.width - first) for text in self.texts]
        joined = "],[".join([parts[0] for parts in self._last])
        if self.delimiter != ",":
            if "," in joined.replace("],[", ""):
                return None
            joined = joined.replace(self.delimiter, ",")
        if "u" in joined or "l" in joined:  # true, false and null are JSON too
            return None
        try:
            numbers = np.array(orjson.loads(f"[[{joined}]]"))
        except (ValueError, OverflowError):
            return None
        fits = numbers.shape == (len(self), first) and numbers.dtype.kind in "if"
        return numbers if fits else None
