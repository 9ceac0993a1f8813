"""CSV files to columns, in chunks of rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from neuroscript.contracts.dataloader.cells.choice import Choice, choose_columns
from neuroscript.contracts.dataloader.cells.column import NameColumn, NumberColumn, is_number
from neuroscript.contracts.dataloader.cells.errors import (
    CellCount,
    NoHeader,
    OtherColumns,
    SameName,
)
from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    Empty,
    NotFinite,
    Unreadable,
    WrongKind,
    on_line,
    shown,
    text_of_line,
    whole_file,
)
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.diagnostics import Diagnostic, Span

CHUNK_ROWS = 4096
DELIMITERS = ",;\t|"
EXPECTED = "a line with the names of the columns, then one sample per line"


@dataclass(frozen=True)
class _Rows:
    """Rows of cells, and the line on which each begins."""

    rows: list[list[str]]
    lines: list[int]


class _File:
    """One CSV file: its header, then its rows."""

    def __init__(self, path: Path, delimiter: str | None) -> None:
        self.path = path
        header = text_of_line(path, 1)
        self.delimiter = delimiter or max(DELIMITERS, key=header.count)
        self.names = [
            name.strip() for name in next(csv.reader([header], delimiter=self.delimiter), [])
        ]
        span = on_line(path, 1, header)
        if not header.strip():
            raise DataError([Empty(whole_file(path), EXPECTED)])
        if all(map(is_number, self.names)):
            raise DataError([NoHeader(span)])
        twice = next((name for name in self.names if self.names.count(name) > 1), None)
        if twice is not None:
            raise DataError([SameName(span, twice)])
        self.header = span

    def chunks(self) -> Iterator[_Rows]:
        """The rows below the header, blank lines left out."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True, delimiter=self.delimiter)
            next(reader)
            rows, lines, line = [], [], reader.line_num + 1
            for row in reader:
                if row:
                    if len(row) != len(self.names):
                        span = on_line(self.path, line, text_of_line(self.path, line))
                        raise DataError([CellCount(span, len(row), len(self.names))])
                    rows.append(row)
                    lines.append(line)
                    if len(rows) == CHUNK_ROWS:
                        yield _Rows(rows, lines)
                        rows, lines = [], []
                line = reader.line_num + 1
            if rows:
                yield _Rows(rows, lines)

    def cell(self, line: int, column: int) -> Span:
        """Where a cell stands; the whole line if quotes make that hard to tell."""
        text = text_of_line(self.path, line)
        cells = text.split(self.delimiter)
        if '"' in text or len(cells) != len(self.names):
            return on_line(self.path, line, text)
        start = sum(len(cell) + 1 for cell in cells[:column])
        return on_line(self.path, line, text, start, start + len(cells[column]))


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
            reader.read(_File(path, delimiter))
        except OSError as error:
            raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
        except (csv.Error, UnicodeDecodeError) as error:
            raise DataError([Unreadable(whole_file(path), str(error))]) from None
    return reader.table()


class _Reader:
    def __init__(self, target: str | None, features: Sequence[str] | None) -> None:
        self.wanted = target, features
        self.first: _File | None = None
        self.choice: Choice | None = None
        self.columns: dict[str, NumberColumn | NameColumn] = {}
        self.origins: list[Origin] = []

    def read(self, file: _File) -> None:
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

    def begin(self, file: _File, row: list[str]) -> None:
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
    file: _File,
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
        if expected == "numbers" and not abs(float(cell)) <= 3.4e38:
            return NotFinite(span, name, cell.strip())
    raise AssertionError(f"column {name} was refused without a reason")
