"""Columns that stay in a file and are read where they are needed."""

from __future__ import annotations

import copy
import mmap
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neuroscript.contracts.dataloader.cache.large import is_large


class Mapped:
    """Rows of numbers in a file, of which only what is asked for is read.

    It answers to what columns are asked: `shape`, `dtype`, `index_select`, slices. Some of the
    rows are a choice of numbers: no row is read for it. A file that is small beside the free
    memory is mapped into it; of a large one, rows are read one by one, so that no more of it
    than a batch is ever in the memory of this process. The file is never written to.
    """

    def __init__(
        self, path: Path, dtype: str, shape: Sequence[int], chosen: Tensor | None = None
    ) -> None:
        self.path = path
        self.form = dtype, tuple(shape)
        self.chosen = chosen
        self.inner = torch.Size(self.form[1][1:])
        self.dtype = torch.from_numpy(np.zeros(0, dtype)).dtype
        self.file = _Opened(path)
        in_pieces = hasattr(os, "preadv") and is_large(path.stat().st_size)
        self.mapping = None if in_pieces else self._mapping()

    def __reduce__(self) -> tuple[Any, ...]:
        return Mapped, (self.path, *self.form, self.chosen)

    def __copy__(self) -> Mapped:
        other = Mapped.__new__(Mapped)
        vars(other).update(vars(self))
        return other

    def __len__(self) -> int:
        return self.form[1][0] if self.chosen is None else len(self.chosen)

    def __repr__(self) -> str:
        return f"Mapped({self.path.name}, {list(self.shape)})"

    @property
    def shape(self) -> torch.Size:
        return torch.Size((len(self), *self.inner))

    def dim(self) -> int:
        return 1 + len(self.inner)

    def is_floating_point(self) -> bool:
        return self.dtype.is_floating_point

    def select(self, indices: Tensor) -> Mapped:
        """The rows with these numbers, in their order."""
        other = copy.copy(self)
        other.chosen = indices if self.chosen is None else self.chosen[indices]
        return other

    def index_select(self, dim: int, indices: Tensor) -> Tensor:
        """The rows with these numbers in memory; `dim` is 0."""
        rows = indices if self.chosen is None else self.chosen[indices]
        if self.mapping is not None:
            return self.mapping.index_select(dim, rows)
        return self._read(rows)

    def __getitem__(self, rows: slice) -> Tensor:
        start, stop, _ = rows.indices(len(self))
        return self.index_select(0, torch.arange(start, stop))

    def _mapping(self) -> Tensor:
        mapping = mmap.mmap(self.file.number, 0, access=mmap.ACCESS_READ)
        array = np.frombuffer(mapping, dtype=self.form[0]).reshape(self.form[1])
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
            return torch.from_numpy(array)

    def _read(self, rows: Tensor) -> Tensor:
        """Reads rows; those that follow one another in one piece."""
        found = torch.empty((len(rows), *self.inner), dtype=self.dtype)
        width = self.inner.numel() * found.element_size()
        ends = (rows[1:] != rows[:-1] + 1).nonzero().reshape(-1) + 1
        begins = torch.cat([ends.new_zeros(1), ends])
        sizes = torch.cat([ends, ends.new_tensor([len(rows)])]) - begins
        into = found.numpy().reshape(-1).view(np.uint8).data
        pieces = zip(
            (rows[begins] * width).tolist() if len(rows) else (),
            (begins * width).tolist(),
            (sizes * width).tolist(),
            strict=True,
        )
        for place, begin, size in pieces:
            _fill(self.file.number, into[begin : begin + size], place)
        return found


class _Opened:
    """A file that is open as long as anyone has it."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))

    def __del__(self) -> None:
        if hasattr(self, "number"):
            os.close(self.number)


def _fill(file: int, into: memoryview, place: int) -> None:
    """Reads from a place of a file on until everything is filled."""
    while into:
        got = os.preadv(file, [into], place)
        if not got:
            raise OSError("a file of the cache has become shorter")
        into, place = into[got:], place + got
