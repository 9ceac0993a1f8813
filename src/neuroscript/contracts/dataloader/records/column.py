"""The values of one field of the records."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.growing import Growing
from neuroscript.contracts.dataloader.columns.growing_names import GrowingNames
from neuroscript.contracts.dataloader.records.schema import Field
from neuroscript.contracts.dataloader.tokenizers.texts import TextColumn


class FieldColumn:
    """Grows chunk by chunk; numbers as they will be stored, names as they are.

    Lists may differ in length, what is in them may not.
    `text` is where the strings of a field of text go.
    """

    def __init__(self, field: Field, text: TextColumn | None = None) -> None:
        self.field = field
        self.text = text
        self.growing = Growing()
        self.even = True
        """Whether every list so far was as long as the first."""

        self.names = GrowingNames()

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
        steps = self._even_steps(values) if self.even else None
        if steps is None:
            steps = self._uneven_steps(values)
        if steps is None:
            return False
        array, lengths = steps
        if self.field.kind == "boolean":
            fits = array.dtype.kind == "b"
        elif array.dtype.kind == "f":
            with np.errstate(over="ignore"):
                array = array.astype(np.float32)
            fits = bool(np.isfinite(array).all())
        else:
            fits = array.dtype.kind == "i"
        if fits:
            self.growing.add(array, lengths)
        return fits

    def _even_steps(self, values: list[Any]) -> tuple[NDArray[Any], NDArray[Any] | None] | None:
        shape = self.field.shape
        try:
            array = np.array(values)
        except (ValueError, OverflowError):
            return None
        if array.shape[1:] != shape:
            return None
        if not shape:
            return array, None
        return array.reshape(-1, *shape[1:]), np.full(len(array), shape[0])

    def _uneven_steps(self, values: list[Any]) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Lists one after the other, and how long each is."""
        lengths = self._lengths(values)
        if lengths is None:
            return None
        try:
            array = np.array(list(chain.from_iterable(values)))
        except (ValueError, OverflowError):
            return None
        if array.shape[1:] != self.field.shape[1:]:
            return None
        self.even = False
        return array, lengths

    def _lengths(self, values: list[Any]) -> NDArray[Any] | None:
        """How long each list is; None if a value is no list, or an empty one."""
        if not self.field.shape or set(map(type, values)) != {list}:
            return None
        lengths = np.fromiter(map(len, values), np.int64, len(values))
        return lengths if lengths.all() else None

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
            if fits:
                self.names.add(values)
            return fits
        lengths = self._lengths(values)
        if lengths is None:
            return False
        steps = np.array(list(chain.from_iterable(values)), dtype=object)
        names = steps.reshape(-1).tolist()
        inner = self.field.shape[1:]
        fits = steps.shape[1:] == inner and all(isinstance(name, str) for name in names)
        if fits:
            self.names.add(names, lengths, inner)
        return fits

    def take_back(self, count: int) -> None:
        """Forgets the chunk of so many values that was added last."""
        if self.text is not None:
            self.text.take_back(count)
        elif self.field.kind == "name":
            self.names.take_back()
        else:
            self.growing.take_back()

    def finish(self) -> tuple[Column, list[str] | None]:
        """The whole column, and the names of its classes if it has them."""
        if self.field.kind == "name":
            return self.names.finish()
        return self.growing.finish(), None
