"""The bytes of a text in UTF-8: no vocabulary to learn, and none to store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.tokenizers.tokenizer import Encoded, Tokenizer


class ByteTokenizer(Tokenizer):
    """Ids 0 to 255, one for each byte.

    >>> ByteTokenizer().encode("né")
    [110, 195, 169]
    >>> ByteTokenizer().decode([110, 195, 169])
    'né'
    """

    def __init__(self, max_length: int | None = None) -> None:
        self.max_length = max_length

    @property
    def name(self) -> str:
        """`bytes`."""
        return "bytes"

    @property
    def vocabulary(self) -> int:
        """256."""
        return 256

    def encode_many(self, texts: Sequence[str]) -> Encoded:
        """The bytes of several texts; a cut may fall inside a letter of several bytes."""
        encoded = [text.encode(errors="replace")[: self.max_length] for text in texts]
        values = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        return Encoded(values, np.fromiter(map(len, encoded), np.int64, len(encoded)))

    def stream(self, text: str) -> NDArray[Any]:
        """The bytes of a text."""
        return np.frombuffer(text.encode(errors="replace"), dtype=np.uint8)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these bytes; what is not UTF-8 becomes `\\ufffd`."""
        return bytes(ids).decode(errors="replace")

    def as_data(self) -> dict[str, Any]:
        """Its name and limit: there is nothing else."""
        return {"tokenizer": "bytes", "max_length": self.max_length}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """The tokenizer with that limit."""
        return cls(data["max_length"])
