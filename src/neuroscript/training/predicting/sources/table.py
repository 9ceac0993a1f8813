"""Rows of tables in text files, some at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from neuroscript.contracts.dataloader.cells.errors import CellCount
from neuroscript.contracts.dataloader.cells.file import CsvFile
from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    Unreadable,
    on_line,
    text_of_line,
    whole_file,
)
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.diagnostics import Span
from neuroscript.training.predicting.row import Row

AT_ONCE = 1024


def rows_of_table(path: Path, delimiter: str | None) -> Iterator[list[Row]]:
    """The rows of a CSV file, each an object by the names of its columns.

    Raises DataError if it cannot be read.
    """
    try:
        table = CsvFile(path, delimiter, Damage("fail"))
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _rows(table, file)
            while some := list(islice(rows, AT_ONCE)):
                yield some
    except OSError as error:
        raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
    except (UnicodeDecodeError, csv.Error) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise DataError([Unreadable(whole_file(path), reason)]) from None


def _rows(table: CsvFile, file: TextIO) -> Iterator[Row]:
    reader = csv.reader(file, delimiter=table.delimiter, strict=True)
    next(reader)
    line = 1 + reader.line_num
    for cells in reader:
        place = partial(_place, table, line)
        if len(cells) == len(table.names):
            yield Row(dict(zip(table.names, cells, strict=True)), place)
        elif cells:
            yield Row(None, place, CellCount(place(()), len(cells), len(table.names)))
        line = 1 + reader.line_num


def _place(table: CsvFile, line: int, keys: tuple[str, ...]) -> Span:
    """Where a column stands on a line; the line, where none is asked for."""
    if keys and keys[-1] in table.names:
        return table.cell(line, table.names.index(keys[-1]))
    return on_line(table.path, line, text_of_line(table.path, line))
