"""CSV files to columns, in chunks of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neuroscript.contracts.dataloader.cells.choice import (
    Choice,
    Features,
    Role,
    Targets,
    choose_columns,
)
from neuroscript.contracts.dataloader.cells.column import NameColumn, NumberColumns, is_number
from neuroscript.contracts.dataloader.cells.errors import OtherColumns
from neuroscript.contracts.dataloader.cells.file import EXPECTED, CsvFile
from neuroscript.contracts.dataloader.cells.gathered import Read, gathered
from neuroscript.contracts.dataloader.cells.rows import Rows
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
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.records import garbage_collection_off
from neuroscript.contracts.dataloader.tokenizers import TextColumn, Texts, Tokenizer
from neuroscript.diagnostics import Diagnostic, Span

Column = NumberColumns | NameColumn | TextColumn


def read_table(
    files: Sequence[Path],
    target: Targets,
    features: Features,
    delimiter: str | None,
    tokenizer: Tokenizer,
    damage: Damage,
) -> Table:
    """The samples of CSV files that have the same columns, in order.

    Raises DataError at the first cell or line that is wrong, unless `damage` counts them.
    """
    reader = _Reader(target, features, Texts(tokenizer), damage)
    for path in files:
        try:
            with garbage_collection_off():
                reader.read(CsvFile(path, delimiter, damage))
        except OSError as error:
            raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
    return reader.table()


class _Reader:
    def __init__(self, target: Targets, features: Features, texts: Texts, damage: Damage) -> None:
        self.wanted = target, features
        self.texts = texts
        self.damage = damage
        self.first: CsvFile | None = None
        self.choice: Choice | None = None
        self.parts: list[_Part] = []
        self.origins: list[Origin] = []

    def read(self, file: CsvFile) -> None:
        if self.first is None:
            self.first = file
        elif file.names != self.first.names:
            raise DataError([OtherColumns(file.header, shown(self.first.path))])
        samples, next_line = 0, 2
        between: list[int] = []
        for rows in file.chunks():
            if self.choice is None:
                self.begin(file, rows)
            lines = self.add(file, rows) if rows.lines else ()
            if lines:
                between += _between(next_line, lines)
                next_line = lines[-1] + 1
                samples += len(lines)
        if not samples and self.damage.count:
            raise self.damage.nothing_left(file.path)
        if not samples:
            raise DataError([Empty(whole_file(file.path), EXPECTED)])
        self.origins.append(Origin(file.path, 2, samples, tuple(between)))

    def begin(self, file: CsvFile, rows: Rows) -> None:
        """Chooses the columns by their names and the first row."""
        looked_at = self.damage.looked_at
        types = {
            name: "number" if _mostly_numbers(rows.column(index)[:looked_at]) else "text"
            for index, name in enumerate(file.names)
        }
        choice = choose_columns(types, *self.wanted, file.header)
        for port, role, names in choice.used():
            column: Column = NumberColumns()
            if types[names[0]] == "text":
                column = self.texts.column() if role == "input" else NameColumn()
            indices = [file.names.index(name) for name in names]
            self.parts.append(_Part(port, role, names, indices, column))
        self.choice = choice

    def add(self, file: CsvFile, rows: Rows) -> Sequence[int]:
        """Puts rows into the columns, and gives the lines of those that were not damaged."""
        for count, part in enumerate(self.parts):
            if not part.add(rows):
                for before in self.parts[:count]:
                    before.column.take_back(len(rows))
                return self.add_good(file, rows)
        return rows.lines

    def add_good(self, file: CsvFile, rows: Rows) -> Sequence[int]:
        """Meets the damage in rows, and puts the others into the columns."""
        damaged: dict[int, Diagnostic] = {}
        for part in self.parts:
            for name, index in zip(part.names, part.indices, strict=True):
                for row, cell in enumerate(rows.column(index)):
                    if row not in damaged and _wrong(cell, part.column):
                        place = file.cell(rows.lines[row], index)
                        damaged[row] = _told(cell, part.column, name, place)
        assert damaged, "a chunk was refused without a reason"
        for _, problem in sorted(damaged.items()):
            self.damage.meet([problem])
        good = rows.without(set(damaged))
        return self.add(file, good) if good.lines else ()

    def table(self) -> Table:
        choice = self.choice
        assert choice is not None
        columns = (part.read() for part in self.parts)
        return gathered(columns, self.texts, choice, self.origins, self.damage)


@dataclass(frozen=True, slots=True)
class _Part:
    """One input or target, and the columns of the file that it is made of."""

    port: str
    role: Role
    names: tuple[str, ...]
    indices: list[int]
    column: Column

    def add(self, rows: Rows) -> bool:
        if not isinstance(self.column, NumberColumns):
            return self.column.add(rows.column(self.indices[0]))
        first = len(self.indices)
        if self.indices == list(range(first)):
            matrix = rows.matrix(first)
            if matrix is not None:
                return self.column.add_matrix(matrix)
        return self.column.add([rows.column(index) for index in self.indices])

    def read(self) -> Read:
        match self.column:
            case TextColumn():
                return Read(self.port, self.role, None)
            case NameColumn():
                return Read(self.port, self.role, *self.column.finish())
            case NumberColumns():
                alone = self.role == "target"
                return Read(self.port, self.role, self.column.finish(alone))


def _between(first: int, lines: Sequence[int]) -> list[int]:
    """The lines from `first` on that are not among those that hold samples."""
    if lines[-1] - first + 1 == len(lines):
        return []
    held = set(lines)
    return [line for line in range(first, lines[-1]) if line not in held]


def _mostly_numbers(cells: Sequence[str]) -> bool:
    return sum(map(is_number, cells)) * 2 > len(cells)


def _wrong(cell: str, column: Column) -> bool:
    """Whether a column cannot take a cell."""
    if not isinstance(column, NumberColumns):
        return not cell.strip()
    return not is_number(cell) or not abs(float(cell)) < FLOAT32_OVERFLOW


def _told(cell: str, column: Column, name: str, span: Span) -> Diagnostic:
    """What is wrong with a cell."""
    expected = {NumberColumns: "numbers", NameColumn: "names", TextColumn: "texts"}[type(column)]
    if not cell.strip():
        advice = "fill it, or leave the line out: `data.on_error: skip` does"
        return WrongKind(span, name, "an empty cell", expected, advice)
    if not is_number(cell):
        return WrongKind(span, name, f"the text `{cell.strip()[:30]}`", expected)
    return NotFinite(span, name, cell.strip())
