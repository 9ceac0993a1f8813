"""How rows as they stand in a data file become a batch, without the data file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neuroscript.contracts.dataloader.columns.description import kind_of
from neuroscript.contracts.dataloader.columns.errors import (
    AT_ONCE,
    DataError,
    RowLacks,
    RowMisfit,
)
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.columns.table import Table
from neuroscript.contracts.dataloader.pictures.decode import Form, fractions, image_at
from neuroscript.contracts.dataloader.tokenizers import Tokenizer, tokenizer_from_data
from neuroscript.diagnostics import Diagnostic, Source, Span

KINDS = {"float": "fiu", "int": "iu", "bool": "b"}
"""The kinds of numpy that a column of each element type is made from."""

STORED: Mapping[str, type[np.generic]] = {"float": np.float32, "int": np.int64, "bool": np.bool_}
SHOWN = 200
"""How much of a row is shown."""


@dataclass(frozen=True, slots=True)
class InputEncoding:
    """One input: what a row has for it, and what that becomes."""

    port: str
    element: str
    """float, int or bool."""

    shape: tuple[int, ...]
    """That of a sample; of sequences, the longest of the training data."""

    varies: bool = False
    """Whether samples are sequences of different lengths."""

    columns: tuple[str, ...] = ()
    """The columns of a table that it is made of, in order."""

    tokenizer: Tokenizer | None = None
    form: Form | None = None
    """The form that images are brought to, whose paths rows may have."""

    def value(self, row: Any, alone: bool) -> Any:
        """What a row has for this input; raises KeyError with what is missing.

        `alone` says that there is no other input, so that the row may be the value itself.
        """
        found = self._found(row, alone)
        if isinstance(found, str) and self.tokenizer is not None:
            return self.tokenizer.encode(found)
        if isinstance(found, str) and self.form is not None:
            return fractions(image_at(Path(found), self.form))
        return found

    def _found(self, row: Any, alone: bool) -> Any:
        if not isinstance(row, Mapping):
            if alone:
                return row
            raise KeyError(self.port)
        given = row.get("input", row)
        if not isinstance(given, Mapping):
            if alone:
                return given
            raise KeyError(self.port)
        if self.port in given:
            return given[self.port]
        if not self.columns:
            raise KeyError(self.port)
        values = [given[name] for name in self.columns]
        if self.tokenizer is not None:
            return values[0]
        values = [_number(value) for value in values]
        return values[0] if len(values) == 1 and isinstance(values[0], list) else values

    def as_data(self) -> dict[str, Any]:
        return {
            "port": self.port,
            "element": self.element,
            "shape": list(self.shape),
            "varies": self.varies,
            "columns": list(self.columns),
            "tokenizer": None if self.tokenizer is None else self.tokenizer.as_data(),
            "form": None if self.form is None else self.form.as_data(),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> InputEncoding:
        """The encoding that `as_data` described."""
        made, form = data["tokenizer"], data.get("form")
        return cls(
            data["port"],
            data["element"],
            tuple(map(int, data["shape"])),
            bool(data["varies"]),
            tuple(data["columns"]),
            None if made is None else tokenizer_from_data(made),
            None if form is None else Form.from_data(form),
        )


@dataclass(frozen=True, slots=True)
class Encoding:
    """How rows become a batch as those that a model was trained on; kept with it as plain data.

    A row is what stands in a data file: an object by `input` or by port, one by the columns of
    a table, or the value of the only input. Targets are left aside.

    >>> encoding = Encoding((InputEncoding("input", "float", (2,), columns=("a", "b")),))
    >>> encoding.encode_rows([{"b": "2.5", "a": 1}, {"input": [3, 4]}])
    {'input': tensor([[1.0000, 2.5000],
            [3.0000, 4.0000]])}
    """

    inputs: tuple[InputEncoding, ...]
    pad_value: float = 0
    class_names: Mapping[str, list[str]] = field(default_factory=dict)
    """By target: the name of each class, where they have names."""

    def encode_rows(self, rows: Sequence[Any]) -> dict[str, Any]:
        """The batch of some rows, as loaders give it, without targets.

        Sequences are padded to the longest, with their `lengths` beside them. Raises DataError
        that tells of the first rows which are not as the model knows them.
        """
        values, wrong = self.values(rows)
        if wrong:
            raise DataError(wrong[:AT_ONCE])
        inputs: dict[str, Tensor] = {}
        lengths: dict[str, Tensor] = {}
        for one in self.inputs:
            column = _column(one, values[one.port], rows)
            inputs[one.port] = _padded(column, self.pad_value)
            if isinstance(column, Ragged):
                lengths[one.port] = column.lengths
        alone = list(inputs) == ["input"]
        batch: dict[str, Any] = {"input": inputs["input"] if alone else inputs}
        if lengths:
            several = len(self.inputs) > 1
            batch["lengths"] = lengths if several else next(iter(lengths.values()))
        return batch

    def values(self, rows: Sequence[Any]) -> tuple[dict[str, list[Any]], list[Diagnostic]]:
        """What the rows have for each input, texts as token ids; and what rows lack."""
        found: dict[str, list[Any]] = {one.port: [] for one in self.inputs}
        wrong: list[Diagnostic] = []
        for index, row in enumerate(rows):
            for one in self.inputs:
                try:
                    found[one.port].append(one.value(row, len(self.inputs) == 1))
                except KeyError as missing:
                    keys = list(row) if isinstance(row, Mapping) else []
                    wrong.append(RowLacks(row_span(index, row), str(missing.args[0]), keys))
        return found, wrong

    def as_data(self) -> dict[str, Any]:
        return {
            "inputs": [one.as_data() for one in self.inputs],
            "pad_value": self.pad_value,
            "class_names": {port: list(names) for port, names in self.class_names.items()},
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Encoding:
        """The encoding that `as_data` described."""
        inputs = tuple(map(InputEncoding.from_data, data["inputs"]))
        return cls(inputs, data["pad_value"], dict(data["class_names"]))


def encoding_of(table: Table, pad_value: float = 0) -> Encoding:
    """The encoding of the rows that a table was read from."""
    inputs = []
    for port, column in table.inputs.items():
        kind = kind_of(column)
        tokenizer, columns = table.tokenizers.get(port), table.made_of.get(port, ())
        varies = kind.shortest is not None or tokenizer is not None
        element, form = "float" if port in table.scales else kind.dtype, table.forms.get(port)
        one = InputEncoding(port, element, kind.shape, varies, columns, tokenizer, form)
        inputs.append(one)
    return Encoding(tuple(inputs), pad_value, table.class_names)


def row_span(index: int, row: Any) -> Span:
    """A row to point at, as line `index + 1` of the rows that were given."""
    text = json.dumps(row, ensure_ascii=False, default=str)
    shown = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return Span(Source("<rows>", shown, first_line=index + 1), 0, len(shown))


def _column(one: InputEncoding, values: list[Any], rows: Sequence[Any]) -> Tensor | Ragged:
    """The values of an input as a column; raises DataError at the first that does not suit."""
    array = _array(one, values)
    if array is not None and (array.shape[1:] == one.shape or _other_length(one, array)):
        column = torch.from_numpy(array)
        if not one.varies:
            return column
        sizes = torch.full((len(array),), array.shape[1])
        return Ragged.from_lengths(column.flatten(0, 1), sizes)
    if one.varies and all(isinstance(value, (list, tuple)) and value for value in values):
        array = _array(one, list(chain.from_iterable(values)))
        if array is not None and array.shape[1:] == one.shape[1:]:
            return Ragged.from_lengths(torch.from_numpy(array), torch.tensor([*map(len, values)]))
    index = next((i for i, value in enumerate(values) if not _suits(one, value)), 0)
    wanted = f"{one.element}{list(one.shape) or ''}"
    raise DataError([RowMisfit(row_span(index, rows[index]), one.port, wanted)])


def _array(one: InputEncoding, values: list[Any]) -> NDArray[Any] | None:
    """Values in the element type of an input; None if they are of another."""
    try:
        array = np.array(values)
    except (ValueError, OverflowError):
        return None
    if array.dtype.kind not in KINDS[one.element]:
        return None
    with np.errstate(over="ignore"):
        array = array.astype(STORED[one.element], copy=False)
    return array if one.element != "float" or np.isfinite(array).all() else None


def _other_length(one: InputEncoding, array: NDArray[Any]) -> bool:
    return one.varies and array.ndim > 1 and array.shape[2:] == one.shape[1:] and array.size > 0


def _suits(one: InputEncoding, value: Any) -> bool:
    array = _array(one, [value])
    return array is not None and (array.shape[1:] == one.shape or _other_length(one, array))


def _padded(column: Tensor | Ragged, pad_value: float) -> Tensor:
    if isinstance(column, Ragged):
        return column.padded(torch.arange(len(column)), pad_value)
    return column


def _number(value: Any) -> Any:
    """A cell of a table as a number, if it is the text of one."""
    if not isinstance(value, str):
        return value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return value
