"""Tables in text files, with a line of column names on top."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from neuroscript.contracts.dataloader.cells import read_table
from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.registry import register_dataloader


@register_dataloader("csv", replace=False)
class CsvLoader(ColumnLoader):
    """One sample per line; the numeric columns are the input, in order.

    The target is the column `target`, else `label`, else `y`, else the last one. `target` and
    `features` name others; `delimiter` is the most frequent of comma, semicolon, tab and bar in
    the first line. Targets that are text are class names.
    """

    format: ClassVar[str] = "csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv")

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int = 42,
        target: str | None = None,
        features: list[str] | None = None,
        delimiter: str | None = None,
    ) -> None:
        self.target = target
        self.features = features
        self.delimiter = delimiter
        super().__init__(path, batch_size=batch_size, shuffle=shuffle, seed=seed)

    def read(self, files: Sequence[Path]) -> Table:
        """The samples of the files, in order."""
        return read_table(files, self.target, self.features, self.delimiter)
