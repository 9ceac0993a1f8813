"""Columns of strings that become columns of token ids, chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.growing import Growing
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.tokenizers.tokenizer import Tokenizer


class TextColumn:
    """The token ids of one column of strings."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.growing = Growing()

    def add(self, strings: Sequence[str]) -> bool:
        """Takes strings; False, and nothing is taken, if one of them is blank."""
        if not all(map(str.strip, strings)):
            return False
        encoded = self.tokenizer.encode_many(strings)
        self.growing.add(encoded.values, encoded.lengths)
        return True

    def take_back(self, count: int) -> None:
        """Forgets the strings that were added last."""
        self.growing.take_back()


class Texts:
    """All columns of strings of some data, which share one tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.columns: list[TextColumn] = []

    def column(self) -> TextColumn:
        """A new column."""
        self.columns.append(TextColumn(self.tokenizer))
        return self.columns[-1]

    def finish(self) -> tuple[Tokenizer, list[Column]]:
        """The tokenizer, once it has learnt all there is, and the columns in order."""
        columns = [column.growing.finish() for column in self.columns]
        if type(self.tokenizer).learnt is Tokenizer.learnt:
            return self.tokenizer, columns
        tokenizer, values = self.tokenizer.learnt([_values(column) for column in columns])
        return tokenizer, list(map(_with_values, columns, values))


def _values(column: Column) -> NDArray[Any]:
    """The ids of a column, one text after the other."""
    held = column.values if isinstance(column, Ragged) else column
    return held[:].reshape(-1).numpy()


def _with_values(column: Column, values: NDArray[Any]) -> Column:
    """The column with other ids in the same places."""
    steps = torch.from_numpy(values if values.flags.writeable else values.copy())
    if isinstance(column, Ragged):
        return replace(column, values=steps)
    return steps.reshape(column.shape)
