"""A column that grows chunk by chunk, in memory or in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.mapped import Mapped
from neuroscript.contracts.dataloader.columns.ragged import Ragged

Convert: TypeAlias = Callable[[NDArray[Any]], NDArray[Any]]

AT_ONCE = 2**22
"""How many bytes of a file are converted together."""


@dataclass(frozen=True)
class _Folder:
    """A folder for columns, and what closes their files in the end."""

    path: Path
    files: ExitStack

    def new(self) -> BinaryIO:
        # It outlives this: what is finished is a column of the folder.
        made = NamedTemporaryFile(dir=self.path, suffix=".column", delete=False)  # noqa: SIM115
        return cast(BinaryIO, self.files.enter_context(made))


_FOLDER: ContextVar[_Folder | None] = ContextVar("folder", default=None)


@contextmanager
def grown_in(folder: Path) -> Iterator[None]:
    """While this lasts, columns grow in files of a folder instead of in memory."""
    with ExitStack() as files:
        token = _FOLDER.set(_Folder(folder, files))
        files.callback(_FOLDER.reset, token)
        yield


class Growing:
    """Values of one port, taken a chunk of samples at a time.

    >>> column = Growing()
    >>> column.add(np.array([1, 2, 3, 4]), np.array([2, 2]))
    >>> column.add(np.array([5, 6, 7]), np.array([3]))
    >>> column.finish()
    Ragged(3 sequences of 2 to 3)
    """

    def __init__(self) -> None:
        folder = _FOLDER.get()
        self.values = _InMemory() if folder is None else _InFile(folder)
        self.lengths: list[NDArray[Any]] = []

    def add(self, values: NDArray[Any], lengths: NDArray[Any] | None = None) -> None:
        """Takes samples: one each in `values`, or, with lengths, that many steps for each."""
        self.values.add(values)
        if lengths is not None:
            self.lengths.append(lengths)

    def take_back(self) -> None:
        """Forgets what was added last."""
        self.values.take_back()
        if self.lengths:
            self.lengths.pop()

    def finish(self, convert: Convert | None = None) -> Column:
        """The whole column: a tensor, or Ragged if lengths differ.

        Whole numbers and fractions become float32 together. `convert` is applied to all values,
        some at a time.
        """
        lengths = torch.from_numpy(np.concatenate(self.lengths)) if self.lengths else None
        even = lengths is None or bool((lengths == lengths[0]).all())
        width = int(lengths[0]) if lengths is not None and even else None
        values = self.values.whole(convert, width)
        if lengths is None or even:
            return values
        return Ragged.from_lengths(values, lengths)


def stored_as(dtypes: set[np.dtype[Any]]) -> np.dtype[Any]:
    """The element type of a column whose chunks have these."""
    if any(dtype.kind == "f" for dtype in dtypes):
        return np.dtype(np.float32)
    return np.result_type(*dtypes)


class _InMemory:
    def __init__(self) -> None:
        self.chunks: list[NDArray[Any]] = []

    def add(self, values: NDArray[Any]) -> None:
        self.chunks.append(values)

    def take_back(self) -> None:
        self.chunks.pop()

    def whole(self, convert: Convert | None, width: int | None) -> Tensor | Mapped:
        dtype = stored_as({chunk.dtype for chunk in self.chunks})
        array = np.concatenate([chunk.astype(dtype, copy=False) for chunk in self.chunks])
        self.chunks.clear()
        values = torch.from_numpy(array if convert is None else convert(array))
        return values if width is None else values.reshape(-1, width, *values.shape[1:])


class _InFile:
    def __init__(self, folder: _Folder) -> None:
        self.folder = folder
        self.made: BinaryIO | None = None
        self.runs: list[tuple[np.dtype[Any], int]] = []
        """The element types of the chunks, and how many rows each has."""

        self.inner: tuple[int, ...] = ()

    @property
    def file(self) -> BinaryIO:
        if self.made is None:
            self.made = self.folder.new()
        return self.made

    def add(self, values: NDArray[Any]) -> None:
        self.file.write(np.ascontiguousarray(values).data)
        self.inner = values.shape[1:]
        self.runs.append((values.dtype, len(values)))

    def take_back(self) -> None:
        dtype, rows = self.runs.pop()
        self.file.seek(-rows * self._width(dtype), 2)
        self.file.truncate()

    def whole(self, convert: Convert | None, width: int | None) -> Tensor | Mapped:
        self.file.flush()
        dtypes = {dtype for dtype, _ in self.runs}
        dtype = stored_as(dtypes)
        rows = sum(rows for _, rows in self.runs)
        if convert is not None or dtypes != {dtype}:
            dtype = self._rewrite(dtype, convert)
        self.file.close()
        path = Path(self.file.name)
        steps = (rows,) if width is None else (rows // width, width)
        return Mapped(path, dtype.str, (*steps, *self.inner))

    def _rewrite(self, dtype: np.dtype[Any], convert: Convert | None) -> np.dtype[Any]:
        """Puts the converted values into a file that takes the place of this one."""
        path, kept = Path(self.file.name), dtype
        fresh = path.with_suffix(".fresh")
        self.file.seek(0)
        with fresh.open("wb") as file:
            for chunk in self._chunks():
                array = chunk.astype(dtype, copy=False)
                array = array if convert is None else convert(array)
                file.write(np.ascontiguousarray(array).data)
                kept = array.dtype
        fresh.replace(path)
        return kept

    def _chunks(self) -> Iterator[NDArray[Any]]:
        for dtype, rows in self.runs:
            width = self._width(dtype)
            at_once = max(1, AT_ONCE // width)
            for start in range(0, rows, at_once):
                count = min(at_once, rows - start)
                raw = self.file.read(count * width)
                yield np.frombuffer(raw, dtype).reshape(count, *self.inner)

    def _width(self, dtype: np.dtype[Any]) -> int:
        """The bytes of a row."""
        return int(np.prod(self.inner, dtype=np.int64)) * dtype.itemsize
