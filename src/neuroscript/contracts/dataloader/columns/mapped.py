"""Columns that stay in a file and are read where they are needed."""

from __future__ import annotations

import mmap
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

MOST = 32 * 2**20
"""How many bytes of a file may stay in memory before they are let go of."""

BLOCK = 64 * 2**10
"""How many bytes the system brings in around each that is read."""


class Mapped:
    """Rows of numbers in a file, of which only what is being read is in memory.

    It answers to what columns are asked: `shape`, `dtype`, `index_select`, slices. The file is
    never written to. Some of the rows are a choice of numbers: no row is read for it.
    """

    def __init__(
        self, path: Path, dtype: str, shape: Sequence[int], chosen: Tensor | None = None
    ) -> None:
        self.path = path
        self.form = dtype, tuple(shape)
        self.chosen = chosen
        with path.open("rb") as file:
            self.pages = _Pages(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        array = np.frombuffer(self.pages.mapping, dtype=dtype).reshape(self.form[1])
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
            self.values = torch.from_numpy(array)

    def __reduce__(self) -> tuple[Any, ...]:
        return Mapped, (self.path, *self.form, self.chosen)

    def __len__(self) -> int:
        return len(self.values) if self.chosen is None else len(self.chosen)

    def __repr__(self) -> str:
        return f"Mapped({self.path.name}, {list(self.shape)})"

    @property
    def dtype(self) -> torch.dtype:
        return self.values.dtype

    @property
    def shape(self) -> torch.Size:
        return torch.Size((len(self), *self.values.shape[1:]))

    def dim(self) -> int:
        return self.values.dim()

    def is_floating_point(self) -> bool:
        return self.values.is_floating_point()

    def select(self, indices: Tensor) -> Mapped:
        """The rows with these numbers, in their order."""
        chosen = indices if self.chosen is None else self.chosen[indices]
        return Mapped(self.path, *self.form, chosen)

    def index_select(self, dim: int, indices: Tensor) -> Tensor:
        """The rows with these numbers in memory; `dim` is 0."""
        rows = indices if self.chosen is None else self.chosen[indices]
        taken = self.values.index_select(dim, rows)
        self.pages.read(rows * self._width(), self._width())
        return taken

    def __getitem__(self, rows: slice) -> Tensor:
        start, stop, _ = rows.indices(len(self))
        if self.chosen is not None:
            return self.index_select(0, torch.arange(start, stop))
        taken = self.values[start:stop].clone()
        self.pages.read(torch.tensor([start * self._width()]), (stop - start) * self._width())
        return taken

    def _width(self) -> int:
        """The bytes of a row."""
        return self.values.shape[1:].numel() * self.values.element_size()


class _Pages:
    """What of a file is in memory; it is let go of before it becomes much."""

    def __init__(self, mapping: mmap.mmap) -> None:
        self.mapping = mapping
        self.bytes = 0

    def read(self, places: Tensor, width: int) -> None:
        """Counts what was read: `width` bytes from each of some places on."""
        blocks = places // BLOCK
        jumps = int((blocks[1:] != blocks[:-1]).sum()) + 1
        self.bytes += jumps * (BLOCK + width)
        if self.bytes > MOST and hasattr(mmap, "MADV_DONTNEED"):
            self.mapping.madvise(mmap.MADV_DONTNEED)
            self.bytes = 0
