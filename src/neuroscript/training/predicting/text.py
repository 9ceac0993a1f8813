"""Text as the tokens of a model, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class TextCodec(Protocol):
    """What turns text into token ids, and token ids into text."""

    def encode(self, text: str) -> list[int]: ...

    def decode(self, tokens: Sequence[int]) -> str: ...


class Bytes:
    """Text as the bytes of its UTF-8.

    >>> Bytes().encode("né"), Bytes().decode([110, 195, 169])
    ([110, 195, 169], 'né')
    """

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def decode(self, tokens: Sequence[int]) -> str:
        return bytes(token for token in tokens if 0 <= token < 256).decode(errors="replace")


def codec_of(config: Mapping[str, Any]) -> TextCodec | None:
    """How a run with this config reads text; None if it was trained on none."""
    data = config.get("data", {})
    files = data.get("train") or ()
    files = [files] if isinstance(files, str) else files
    named = data.get("format")
    if named == "text" or (named is None and files and all(f.endswith(".txt") for f in files)):
        return Bytes()
    return None
