"""JSON lines: one sample per line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.records import read_records
from neuroscript.contracts.registry import register_dataloader


@register_dataloader("jsonl", replace=False)
class JsonlLoader(ColumnLoader):
    """Lines such as `{"input": [0.0, 1.0], "target": [1.0]}`.

    Values are numbers, booleans, or lists of them in any depth; a target may be the name of a
    class. Several inputs are `{"left": …, "right": …, "target": …}` or `{"input": {"left": …}}`,
    several outputs `"target": {"a": …, "b": …}`. The target may be missing everywhere.
    """

    format: ClassVar[str] = "jsonl"
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson", ".json")

    def read(self, files: Sequence[Path]) -> Table:
        """The samples of the files, in order."""
        return read_records(files)
