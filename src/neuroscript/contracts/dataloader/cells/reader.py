"""CSV files to columns, in chunks of rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from neuroscript.contracts.dataloader.cells.choice import Choice, choose_columns
from neuroscript.contracts.dataloader.cells.column import NameColumn, NumberColumn, is_number
from neuroscript.contracts.dataloader.cells.errors import OtherColumns
from neuroscript.contracts.dataloader.cells.file import EXPECTED, CsvFile
from neuroscript.contracts.dataloader.columns.errors import (
    FLOAT32_OVERFLOW,
    DataError,
    Empty,
    NotFinite,
    Unreadable,
    WrongKind,
    shown,
    whole_file,
)
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.diagnostics import Diagnostic


def read_table(
    files: Sequence[Path],
    target: str | None,
    features: Sequence[str] | None,
    delimiter: str | None,
) -> Table:
    """The samples of CSV files that have the same columns, in order.

    Raises DataError at the first cell or line that is wrong.
    """
    reader = _Reader(target, features)
    for path in files:
        try:
            reader.read(CsvFile(path, delimiter))
        except OSError as error:
            raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
        except UnicodeDecodeError:
            raise DataError([Unreadable(whole_file(path), "it is not UTF-8 text")]) from None
    return reader.table()


class _Reader:
    def __init__(self, target: str | None, features: Sequence[str] | None) -> None:
        self.wanted = target, features
        self.first: CsvFile | None = None
        self.choice: Choice | None = None
        self.columns: dict[str, NumberColumn | NameColumn] = {}
        self.origins: list[Origin] = []

    def read(self, file: CsvFile) -> None:
        if self.first is None:
            self.first = file
        elif file.names != self.first.names:
            raise DataError([OtherColumns(file.header, shown(self.first.path))])
        lines: list[int] = []
        for chunk in file.chunks():
            if self.choice is None:
                self.begin(file, chunk.rows[0])
            cells = dict(zip(file.names, zip(*chunk.rows, strict=True), strict=True))
            for name, column in self.columns.items():
                if not column.add(cells[name]):
                    raise DataError([_wrong_cell(file, name, column, cells[name], chunk.lines)])
            lines += chunk.lines
        if not lines:
            raise DataError([Empty(whole_file(file.path), EXPECTED)])
        held = set(lines)
        between = tuple(n for n in range(lines[0], lines[-1]) if n not in held)
        self.origins.append(Origin(file.path, lines[0], len(lines), between))

    def begin(self, file: CsvFile, row: list[str]) -> None:
        """Chooses the columns by their names and the first row."""
        numeric = [is_number(cell) for cell in row]
        choice = choose_columns(file.names, numeric, *self.wanted, file.header)
        is_numeric = dict(zip(file.names, numeric, strict=True))
        for name in choice.features:
            self.columns[name] = NumberColumn()
        self.columns[choice.target] = NumberColumn() if is_numeric[choice.target] else NameColumn()
        self.choice = choice

    def table(self) -> Table:
        choice = self.choice
        assert choice is not None
        target = self.columns[choice.target]
        names = None
        if isinstance(target, NameColumn):
            column, names = target.finish()
        else:
            column = target.finish()
        features = [self.columns[name].finish() for name in choice.features]
        stacked = torch.stack([f for f in features if isinstance(f, torch.Tensor)], dim=1)
        return Table(
            inputs={"input": stacked},
            targets={"target": column},
            class_names={"target": names} if names else {},
            origins=tuple(self.origins),
            ignored=choice.ignored,
            target_name=choice.target,
        )


def _wrong_cell(
    file: CsvFile,
    name: str,
    column: NumberColumn | NameColumn,
    cells: Sequence[str],
    lines: Sequence[int],
) -> Diagnostic:
    """What is wrong with the first bad cell of a column."""
    expected = "numbers" if isinstance(column, NumberColumn) else "names"
    for cell, line in zip(cells, lines, strict=True):
        span = file.cell(line, file.names.index(name))
        if not cell.strip():
            return WrongKind(
                span, name, "an empty cell", expected, "fill it, or leave the line out"
            )
        if expected == "numbers" and not is_number(cell):
            return WrongKind(span, name, f"the text `{cell.strip()[:30]}`", expected)
        if expected == "numbers" and not abs(float(cell)) < FLOAT32_OVERFLOW:
            return NotFinite(span, name, cell.strip())
    raise AssertionError(f"column {name} was refused without a reason")
