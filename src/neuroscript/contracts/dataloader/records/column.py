"""A column that grows chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neuroscript.contracts.dataloader.columns.classes import number_classes
from neuroscript.contracts.dataloader.records.schema import Field
from neuroscript.contracts.dataloader.tokenizers.texts import TextColumn


class Column:
    """The values of one field; numbers as they will be stored, names as they are.

    `text` is where the strings of a field of text go.
    """

    def __init__(self, field: Field, text: TextColumn | None = None) -> None:
        self.field = field
        self.text = text
        self.chunks: list[NDArray[Any]] = []
        self.names: list[Any] = []

    def add(self, values: list[Any], booleans: bool) -> bool:
        """Takes the values of a chunk of records; False if they are not what the field says.

        `booleans` tells whether the chunk has any: numpy would take them for numbers.
        """
        if self.text is not None:
            return set(map(type, values)) == {str} and self.text.add(values)
        if self.field.kind == "name":
            return self._add_names(values)
        if booleans and self.field.kind == "number" and bool in self._types(values):
            return False
        try:
            array = np.array(values)
        except (ValueError, OverflowError):
            return False
        if array.shape[1:] != self.field.shape:
            return False
        if self.field.kind == "boolean":
            fits = array.dtype.kind == "b"
        elif array.dtype.kind == "f":
            with np.errstate(over="ignore"):
                array = array.astype(np.float32)
            fits = bool(np.isfinite(array).all())
        else:
            fits = array.dtype.kind == "i"
        if fits:
            self.chunks.append(array)
        return fits

    def _types(self, values: list[Any]) -> set[type]:
        flat: Iterable[Any] = values
        try:
            for _ in self.field.shape:
                flat = chain.from_iterable(flat)
            return set(map(type, flat))
        except TypeError:
            return {bool}

    def _add_names(self, values: list[Any]) -> bool:
        if not self.field.shape:
            fits = set(map(type, values)) == {str}
        else:
            array = np.array(values, dtype=object)
            fits = array.shape[1:] == self.field.shape and all(
                isinstance(name, str) for name in array.reshape(-1)
            )
        if fits:
            self.names.extend(values)
        return fits

    def take_back(self, count: int) -> None:
        """Forgets the chunk of so many values that was added last."""
        if self.text is not None:
            self.text.take_back(count)
        elif self.field.kind == "name":
            del self.names[-count:]
        else:
            self.chunks.pop()

    def finish(self) -> tuple[Tensor, list[str] | None]:
        """The whole column, and the names of its classes if it has them."""
        if self.field.kind == "name":
            return number_classes(self.names)
        if any(chunk.dtype.kind == "f" for chunk in self.chunks):
            self.chunks = [chunk.astype(np.float32, copy=False) for chunk in self.chunks]
        whole = np.concatenate(self.chunks)
        self.chunks.clear()
        return torch.from_numpy(whole), None
