"""Tables in text files, with a line of column names on top."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from neuroscript.contracts.dataloader.cells import read_table
from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.tokenizers import tokenizer_for
from neuroscript.contracts.registry import register_dataloader


@register_dataloader("csv", replace=False)
class CsvLoader(ColumnLoader):
    """One sample per line; the numeric columns are the input, in order.

    The target is the column `target`, else `label`, else `y`, else the last one; targets that are
    text are class names. `target` and `features` name other columns, one or several, or columns
    by port: `features: {left: [a, b], right: c}`. Where only text is left for the input,
    `tokenizer` makes token ids of it (`bytes`, `characters` or the path of a tokenizer.json), at
    most `max_length` of them. `delimiter` is the most frequent of comma, semicolon, tab and bar
    in the first line.
    """

    format: ClassVar[str] = "csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv")
    streams: ClassVar[bool] = True

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        target: str | list[str] | dict[str, str] | None = None,
        features: list[str] | dict[str, Any] | None = None,
        delimiter: str | None = None,
        tokenizer: str | None = None,
        max_length: int | None = None,
        **batching: Any,
    ) -> None:
        self.tokenizer = tokenizer_for(tokenizer, max_length)
        self.target = target
        self.features = features
        self.delimiter = delimiter
        super().__init__(path, **batching)

    def read(self, files: Sequence[Path]) -> Table:
        """The samples of the files, in order."""
        return read_table(
            files,
            self.target,
            self.features,
            self.delimiter,
            self.tokenizer,
            Damage(self.on_error),
        )
