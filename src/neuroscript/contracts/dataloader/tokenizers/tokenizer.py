"""What every tokenizer can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Encoded:
    """The token ids of several texts, one text after the other."""

    values: NDArray[Any]
    lengths: NDArray[np.int64]
    """How many ids each text has."""


class Tokenizer(ABC):
    """Turns text into token ids and back; plain data that is stored with a model.

    `max_length` is the number of ids after which a text is cut off, None for no limit.
    """

    max_length: int | None

    @property
    @abstractmethod
    def name(self) -> str:
        """What messages call it: what `data.tokenizer` says."""

    @property
    @abstractmethod
    def vocabulary(self) -> int:
        """How many ids there are: all ids are below this."""

    @abstractmethod
    def encode_many(self, texts: Sequence[str]) -> Encoded:
        """The ids of several texts, each cut at `max_length`."""

    @abstractmethod
    def stream(self, text: str) -> NDArray[Any]:
        """The ids of a running text, from which windows are cut: without marks at its ends."""

    @abstractmethod
    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; what has no text becomes `\\ufffd`."""

    @abstractmethod
    def as_data(self) -> dict[str, Any]:
        """Everything that `from_data` needs to make it again, as plain values."""

    @classmethod
    @abstractmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """The tokenizer that `as_data` told about."""

    def encode(self, text: str) -> list[int]:
        """The ids of a text, cut at `max_length`."""
        return [int(i) for i in self.encode_many([text]).values]

    def learnt(self, values: Sequence[NDArray[Any]]) -> tuple[Tokenizer, list[NDArray[Any]]]:
        """The tokenizer after it has seen all data, and the final ids of what it encoded."""
        return self, list(values)

    def renumbered(self, values: NDArray[Any], other: Tokenizer) -> NDArray[Any]:
        """Ids of this tokenizer as `other`, of the same kind, would have given them."""
        return values

    @property
    def dtype(self) -> type[np.integer[Any]]:
        """The smallest type that the ids are stored in."""
        return np.uint8 if self.vocabulary <= 256 else np.int32


def cut(lengths: NDArray[np.int64], max_length: int | None) -> NDArray[np.int64]:
    """Lengths of texts, none above the limit."""
    return lengths if max_length is None else np.minimum(lengths, max_length)
