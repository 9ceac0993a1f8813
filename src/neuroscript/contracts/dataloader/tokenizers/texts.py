"""Columns of strings that become columns of token ids, chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

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

    def finish(self) -> tuple[Tokenizer, list[Tensor]]:
        """The tokenizer, once it has learnt all there is, and the columns in order."""
        whole = [np.concatenate(column.values) for column in self.columns]
        tokenizer, values = self.tokenizer.learnt(whole)
        lengths = [np.concatenate(column.lengths) for column in self.columns]
        return tokenizer, list(map(column_of, values, lengths))


def column_of(values: NDArray[Any], lengths: NDArray[np.int64]) -> Tensor:
    """Sequences that lie one after the other as a column, padded with 0 to the longest.

    >>> column_of(np.array([1, 2, 3]), np.array([1, 2]))
    tensor([[1, 0],
            [2, 3]])
    """
    longest = int(lengths.max(initial=0))
    padded = np.zeros((len(lengths), longest), values.dtype)
    padded[np.arange(longest) < lengths[:, None]] = values
    return torch.from_numpy(padded)
