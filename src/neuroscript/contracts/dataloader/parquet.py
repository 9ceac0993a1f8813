"""Tables in Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from neuroscript.contracts.dataloader.arrow import Asked, Batches, read_batches
from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.columns.errors import DataError, Unreadable, whole_file
from neuroscript.contracts.dataloader.columns.paths import paths_of
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.tokenizers import tokenizer_for
from neuroscript.contracts.registry import register_dataloader
from neuroscript.extras import needs

BATCH_ROWS = 16384


@register_dataloader("parquet", replace=False)
class ParquetLoader(ColumnLoader):
    """One sample per row, by the rules of tables: columns of numbers are the input, in order.

    Columns of lists are vectors, and a lone one keeps its shape. The target is the column
    `target`, else `label`, else `y`, else the last one; targets that are text are class names.
    `target` and `features` name other columns, one or several, or columns by port. Where only
    text is left for the input, `tokenizer` makes token ids of it (`bytes`, `characters` or the
    path of a tokenizer.json), at most `max_length` of them. Row groups are read one by one.
    """

    format: ClassVar[str] = "parquet"
    suffixes: ClassVar[tuple[str, ...]] = (".parquet", ".pq")
    streams: ClassVar[bool] = True

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        target: str | list[str] | dict[str, str] | None = None,
        features: list[str] | dict[str, Any] | None = None,
        tokenizer: str | None = None,
        max_length: int | None = None,
        **common: Any,
    ) -> None:
        tokens = tokenizer_for(tokenizer, max_length)
        self.asked = Asked(target, features, tokenizer=tokens)
        files = [file for p in paths_of(path) for file in (_files_in(p) or [p])]
        super().__init__(files, **common)

    @classmethod
    def can_handle(cls, config: Mapping[str, Any]) -> bool:
        """Files by their suffix, and folders of such files."""
        folders = paths_of(config.get("path"))
        in_folders = bool(folders) and all(_files_in(folder) for folder in folders)
        return in_folders or super().can_handle(config)

    def read(self, files: Sequence[Path]) -> Table:
        """The samples of the files, in order."""
        needs("pyarrow", extra="parquet", what="reading Parquet files")
        return read_batches(map(_batches, files), self.asked, Damage(self.on_error, "row"))


def _files_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet")) if folder.is_dir() else []


def _batches(path: Path) -> Batches:
    parquet = needs("pyarrow.parquet", extra="parquet", what="reading Parquet files")
    invalid = needs("pyarrow", extra="parquet", what="reading Parquet files").ArrowException
    try:
        file = parquet.ParquetFile(path, memory_map=True)
    except OSError as error:
        raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
    except invalid as error:
        raise DataError([Unreadable(whole_file(path), _first_line(error))]) from None

    def read(columns: list[str]) -> Iterator[Any]:
        try:
            yield from file.iter_batches(BATCH_ROWS, columns=columns)
        except (OSError, invalid) as error:
            raise DataError([Unreadable(whole_file(path), _first_line(error))]) from None

    return Batches(path, file.schema_arrow, read)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")
