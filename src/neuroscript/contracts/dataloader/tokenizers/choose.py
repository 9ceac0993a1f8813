"""The tokenizer that `data.tokenizer` names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from neuroscript.contracts.dataloader.tokenizers.bytes import ByteTokenizer
from neuroscript.contracts.dataloader.tokenizers.characters import CharacterTokenizer
from neuroscript.contracts.dataloader.tokenizers.file import FileTokenizer
from neuroscript.contracts.dataloader.tokenizers.tokenizer import Tokenizer
from neuroscript.diagnostics import did_you_mean

NAMES = ("bytes", "characters")


def tokenizer_for(name: str | None, max_length: int | None = None) -> Tokenizer:
    """`bytes` (the default), `characters`, or the path of a `tokenizer.json`.

    Raises ValueError for anything else, and DataError for a file that is no tokenizer.
    """
    if max_length is not None and max_length < 1:
        raise ValueError(f"`max_length` is at least 1, not {max_length}")
    if name is None or name == "bytes":
        return ByteTokenizer(max_length)
    if name == "characters":
        return CharacterTokenizer(max_length=max_length)
    path = Path(name).expanduser()
    if path.suffix == ".json" or path.is_dir():
        return FileTokenizer.read(path, max_length)
    near = did_you_mean(name, NAMES)
    raise ValueError(
        f"`tokenizer` is `bytes`, `characters` or a tokenizer.json, not `{name}`"
        + (f": {near}" if near else "")
    )


def tokenizer_from_data(data: dict[str, Any]) -> Tokenizer:
    """The tokenizer whose `as_data` gave this.

    >>> tokenizer_from_data(ByteTokenizer(4).as_data()).encode("hello")
    [104, 101, 108, 108]
    """
    kinds: dict[str, type[Tokenizer]] = {
        "bytes": ByteTokenizer,
        "characters": CharacterTokenizer,
        "file": FileTokenizer,
    }
    return kinds[data["tokenizer"]].from_data(data)
