"""Columns of strings that become columns of token ids, chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.tokenizers.tokenizer import Tokenizer


class TextColumn:
    """The token ids of one column of strings."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.values: list[NDArray[Any]] = []
        self.lengths: list[NDArray[np.int64]] = []

    def add(self, strings: Sequence[str]) -> bool:
        """Takes strings; False, and nothing is taken, if one of them is blank."""
        if not all(map(str.strip, strings)):
            return False
        encoded = self.tokenizer.encode_many(strings)
        self.values.append(encoded.values)
        self.lengths.append(encoded.lengths)
        return True

    def take_back(self, count: int) -> None:
        """Forgets the strings that were added last."""
        self.values.pop()
        self.lengths.pop()


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
        whole = [np.concatenate(column.values) for column in self.columns]
        tokenizer, values = self.tokenizer.learnt(whole)
        lengths = [np.concatenate(column.lengths) for column in self.columns]
        return tokenizer, list(map(column_of, values, lengths))


def column_of(values: NDArray[Any], lengths: NDArray[np.int64]) -> Column:
    """Sequences that lie one after the other as a column: a tensor if all are of one length.

    >>> column_of(np.array([1, 2, 3]), np.array([1, 2]))
    Ragged(2 sequences of 1 to 2)
    """
    steps = torch.from_numpy(values if values.flags.writeable else values.copy())
    if len(lengths) and (lengths == lengths[0]).all():
        return steps.reshape(len(lengths), int(lengths[0]))
    return Ragged.from_lengths(steps, torch.from_numpy(lengths))
