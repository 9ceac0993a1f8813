"""A tokenizer that was trained elsewhere: a `tokenizer.json` of the `tokenizers` library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.errors import DataError, Unreadable, whole_file
from neuroscript.contracts.dataloader.tokenizers.tokenizer import Encoded, Tokenizer
from neuroscript.extras import needs

FILE = "tokenizer.json"
PIECE = 1 << 20
"""About how many characters of a running text are encoded at once."""


class FileTokenizer(Tokenizer):
    """The ids of a `tokenizer.json`; texts get the marks at their ends that it says.

    Padding and cutting that the file asks for are left to `max_length`. Raises DataError if the
    text is no such file, and ExtraMissingError where `tokenizers` is not installed.
    """

    def __init__(self, text: str, path: Path, max_length: int | None = None) -> None:
        library = needs("tokenizers", extra="tokenizers", what=f"the tokenizer `{path.name}`")
        try:
            self._tokenizer = library.Tokenizer.from_str(text)
        except Exception as error:  # noqa: BLE001 - the library raises nothing more special
            reason = f"it is not a tokenizer of the `tokenizers` library: {error}"
            raise DataError([Unreadable(whole_file(path), reason)]) from None
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        if max_length is not None:
            self._tokenizer.enable_truncation(max_length)
        self.text = text
        self.path = path
        self.max_length = max_length

    @classmethod
    def read(cls, path: Path, max_length: int | None = None) -> Self:
        """The tokenizer of a file, or of a folder that holds a `tokenizer.json`."""
        path = path / FILE if path.is_dir() else path
        try:
            return cls(path.read_text(encoding="utf-8"), path, max_length)
        except OSError as error:
            raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
        except UnicodeDecodeError:
            raise DataError([Unreadable(whole_file(path), "it is not UTF-8 text")]) from None

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    @property
    def vocabulary(self) -> int:
        """One more than the largest id, tokens that were added later included."""
        return 1 + max(self._tokenizer.get_vocab(with_added_tokens=True).values(), default=0)

    def encode_many(self, texts: Sequence[str]) -> Encoded:
        """The ids of several texts, with the marks at their ends that the file says.

        A text of which the file makes nothing at all has the id 0.
        """
        ids = [found.ids or [0] for found in self._tokenizer.encode_batch_fast(list(texts))]
        lengths = np.fromiter(map(len, ids), np.int64, len(ids))
        values = np.fromiter(chain.from_iterable(ids), self.dtype, int(lengths.sum()))
        return Encoded(values, lengths)

    def stream(self, text: str) -> NDArray[Any]:
        """The ids of a text, which is encoded in pieces that end with a line."""
        pieces = self._tokenizer.encode_batch_fast(list(_pieces(text)), add_special_tokens=False)
        return np.concatenate(
            [np.zeros(0, self.dtype), *(np.array(piece.ids, self.dtype) for piece in pieces)]
        )

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these ids, without marks at its ends."""
        text: str = self._tokenizer.decode([int(i) for i in ids])
        return text

    def as_data(self) -> dict[str, Any]:
        """The whole text of the file."""
        data = {"tokenizer": "file", "max_length": self.max_length}
        return data | {"name": self.path.name, "text": self.text}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """The tokenizer of the text; the file itself is not needed any more."""
        return cls(data["text"], Path(data["name"]), data["max_length"])


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start + PIECE) + 1
        yield text[start : end or len(text)]
        start = end or len(text)
