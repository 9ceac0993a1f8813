"""The characters of a text, numbered in an alphabet that is learnt on the training data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.tokenizers.tokenizer import Encoded, Tokenizer

UNKNOWN = 0
"""The id of every character that is not in the alphabet."""


class CharacterTokenizer(Tokenizer):
    """Ids from 1 in the order of the alphabet; 0 is any other character.

    Without an alphabet it is one that still learns: its ids are the numbers that Unicode gives
    the characters, until `learnt` has seen all of them.

    >>> tokenizer = CharacterTokenizer("abc")
    >>> tokenizer.encode("cab?")
    [3, 1, 2, 0]
    >>> tokenizer.decode([3, 1, 2]), tokenizer.vocabulary
    ('cab', 4)
    """

    def __init__(self, alphabet: str | None = None, max_length: int | None = None) -> None:
        self.alphabet = alphabet
        self.max_length = max_length
        self._codes = None if alphabet is None else _codes(alphabet)

    @property
    def name(self) -> str:
        """`characters`."""
        return "characters"

    @property
    def vocabulary(self) -> int:
        """The characters of the alphabet, and the unknown one."""
        return 0x110000 if self.alphabet is None else len(self.alphabet) + 1

    def encode_many(self, texts: Sequence[str]) -> Encoded:
        """The characters of several texts."""
        texts = [text[: self.max_length] for text in texts]
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        return Encoded(self.stream("".join(texts)), lengths)

    def stream(self, text: str) -> NDArray[Any]:
        """The characters of a text."""
        codes = _codes(text)
        return codes if self._codes is None else self._numbered(codes)

    def decode(self, ids: Sequence[int]) -> str:
        """The characters with these ids."""
        alphabet = self.alphabet or ""
        known = range(1, len(alphabet) + 1)
        return "".join(alphabet[i - 1] if i in known else "\ufffd" for i in ids)

    def learnt(self, values: Sequence[NDArray[Any]]) -> tuple[Tokenizer, list[NDArray[Any]]]:
        """The tokenizer with the alphabet of everything that was encoded so far."""
        if self._codes is not None:
            return self, list(values)
        seen = np.zeros(0x110000, dtype=bool)
        for codes in values:
            seen[codes] = True
        alphabet = "".join(map(chr, np.flatnonzero(seen)))
        tokenizer = CharacterTokenizer(alphabet, self.max_length)
        return tokenizer, [tokenizer._numbered(codes) for codes in values]

    def renumbered(self, values: NDArray[Any], other: Tokenizer) -> NDArray[Any]:
        """The ids that another alphabet gives the same characters."""
        assert isinstance(other, CharacterTokenizer) and self._codes is not None
        ids = np.concatenate([[UNKNOWN], other._numbered(self._codes)])  # noqa: SLF001
        renumbered: NDArray[Any] = ids.astype(other.dtype)[values]
        return renumbered

    def as_data(self) -> dict[str, Any]:
        """The alphabet and the limit."""
        data = {"tokenizer": "characters", "max_length": self.max_length}
        return data | {"alphabet": self.alphabet}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """The tokenizer with that alphabet."""
        return cls(data["alphabet"], data["max_length"])

    def _numbered(self, codes: NDArray[Any]) -> NDArray[Any]:
        known = self._codes
        assert known is not None
        if not len(known):
            return np.zeros(len(codes), self.dtype)
        found = np.searchsorted(known, codes)
        np.minimum(found, len(known) - 1, out=found)
        return np.where(known[found] == codes, found + 1, UNKNOWN).astype(self.dtype)


def _codes(text: str) -> NDArray[np.int32]:
    """The number that Unicode gives each character."""
    return np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.int32)
