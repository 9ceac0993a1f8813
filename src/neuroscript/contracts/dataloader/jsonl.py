"""JSON lines: one sample per line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.records import read_records
from neuroscript.contracts.dataloader.tokenizers import tokenizer_for
from neuroscript.contracts.registry import register_dataloader


@register_dataloader("jsonl", replace=False)
class JsonlLoader(ColumnLoader):
    """Lines such as `{"input": [0.0, 1.0], "target": [1.0]}`.

    Values are numbers, booleans, or lists of them in any depth. An input may be a text, which
    `tokenizer` makes token ids of (`bytes`, `characters` or the path of a tokenizer.json), at
    most `max_length` of them; a target may be the name of a class. Several inputs are
    `{"left": …, "right": …, "target": …}` or `{"input": {"left": …}}`, several outputs
    `"target": {"a": …, "b": …}`. The target may be missing everywhere.
    """

    format: ClassVar[str] = "jsonl"
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson", ".json")
    streams: ClassVar[bool] = True

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        tokenizer: str | None = None,
        max_length: int | None = None,
        **batching: Any,
    ) -> None:
        self.tokenizer = tokenizer_for(tokenizer, max_length)
        super().__init__(path, **batching)

    def read(self, files: Sequence[Path]) -> Table:
        """The samples of the files, in order."""
        return read_records(files, self.tokenizer, Damage(self.on_error))
