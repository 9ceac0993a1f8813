"""Rows as batches of tensors: at once where all is well, one by one where something is odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neuroscript.contracts.dataloader.columns.encoding import KINDS, STORED, InputEncoding
from neuroscript.contracts.dataloader.tokenizers import Tokenizer
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.input_port import InputPort
from neuroscript.training.predicting.form import Found, by_port, problems
from neuroscript.training.predicting.row import Row


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one shape as tensors; `numbers` says which of the given rows they are."""

    numbers: list[int]
    inputs: dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Form:
    """What rows have to look like for a model."""

    ports: tuple[InputPort, ...]
    vocabulary: int | None = None
    """How many tokens the model knows, where it has one embedding."""

    encodings: Mapping[str, InputEncoding] = field(default_factory=dict)
    """By port, what the training data were made of: columns of a table, or text."""

    opens: bool = False
    """Whether the path of an image in a row stands for the image: not for rows of strangers."""

    @property
    def images(self) -> bool:
        """Whether rows may be paths of images."""
        return self.opens and any(one.form is not None for one in self.encodings.values())

    @property
    def text(self) -> Tokenizer | None:
        """What turns text into tokens, where the model takes text and nothing else."""
        if len(self.ports) != 1 or self.ports[0].name not in self.encodings:
            return None
        return self.encodings[self.ports[0].name].tokenizer

    def batches(self, rows: Sequence[Row]) -> tuple[list[Batch], dict[int, list[Diagnostic]]]:
        """Batches of the rows that are well, and what is wrong with each of the others."""
        wrong: dict[int, list[Diagnostic]] = {}
        values: dict[int, list[Found]] = {}
        for number, row in enumerate(rows):
            held = (
                [row.problem]
                if row.problem is not None
                else by_port(self.ports, row, self.encodings, self.opens)
            )
            wrong[number] = [one for one in held if isinstance(one, Diagnostic)]
            values[number] = [one for one in held if isinstance(one, Found)]
        wrong = {number: found for number, found in wrong.items() if found}
        values = {number: found for number, found in values.items() if number not in wrong}
        whole = self._at_once(values)
        if whole is not None:
            return [whole] if whole.numbers else [], wrong
        for number, found in list(values.items()):
            odd = list(problems(self.ports, found, rows[number], self.vocabulary))
            if odd:
                wrong[number] = odd
                del values[number]
        return self._by_shape(values), wrong

    def _at_once(self, values: Mapping[int, list[Found]]) -> Batch | None:
        """All rows as one batch; None if anything about them is odd."""
        sizes: dict[str, int] = {}
        inputs: dict[str, Tensor] = {}
        if not values:
            return Batch([], {})
        for index, port in enumerate(self.ports):
            column = [found[index].value for found in values.values()]
            array = _array(column, port)
            if array is None or not _suits(array, port, sizes, self.vocabulary):
                return None
            inputs[port.name] = torch.from_numpy(array)
        return Batch(list(values), inputs)

    def _by_shape(self, values: Mapping[int, list[Found]]) -> list[Batch]:
        """Rows of equal shapes together, in the order in which each shape first came."""
        groups: dict[tuple[tuple[int, ...], ...], list[int]] = {}
        arrays: dict[int, list[NDArray[Any]]] = {}
        for number, found in values.items():
            pairs = zip(self.ports, found, strict=True)
            arrays[number] = [np.array(f.value, STORED[port.element]) for port, f in pairs]
            groups.setdefault(tuple(array.shape for array in arrays[number]), []).append(number)
        return [
            Batch(
                numbers,
                {
                    port.name: torch.from_numpy(np.stack([arrays[n][index] for n in numbers]))
                    for index, port in enumerate(self.ports)
                },
            )
            for numbers in groups.values()
        ]


def _array(column: list[Any], port: InputPort) -> NDArray[Any] | None:
    try:
        array = np.array(column)
    except (ValueError, OverflowError):
        return None
    if array.dtype.kind not in KINDS[port.element] or array.ndim != 1 + port.rank:
        return None
    with np.errstate(over="ignore"):
        return array.astype(STORED[port.element], copy=False)


def _suits(
    array: NDArray[Any], port: InputPort, sizes: dict[str, int], vocabulary: int | None
) -> bool:
    for size, dim in zip(array.shape[1:], port.sizes, strict=True):
        expected = (
            sizes.setdefault(dim, size) if isinstance(dim, str) and dim.isidentifier() else dim
        )
        if isinstance(expected, int) and expected != size:
            return False
    if not array.size:
        return False
    if port.element == "float":
        return bool(np.isfinite(array).all())
    known = vocabulary if port.element == "int" else None
    return known is None or bool(array.min() >= 0 and array.max() < known)
