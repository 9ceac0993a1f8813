"""One CSV file: the names of its columns, and its rows with their lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from neuroscript.contracts.dataloader.cells.column import is_number
from neuroscript.contracts.dataloader.cells.errors import CellCount, NoHeader, SameName
from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    Empty,
    Unreadable,
    on_line,
    text_of_line,
    whole_file,
)
from neuroscript.diagnostics import Span

CHUNK_ROWS = 4096
DELIMITERS = ",;\t|"
EXPECTED = "a line with the names of the columns, then one sample per line"


@dataclass
class Rows:
    """Rows of cells, and the line on which each begins."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


class CsvFile:
    """A file whose first line names the columns; raises DataError if it does not."""

    def __init__(self, path: Path, delimiter: str | None) -> None:
        self.path = path
        header = text_of_line(path, 1)
        self.delimiter = delimiter or max(DELIMITERS, key=header.count)
        self.header = on_line(path, 1, header)
        if not header.strip():
            raise DataError([Empty(whole_file(path), EXPECTED)])
        cells = next(csv.reader([header], delimiter=self.delimiter))
        self.names = [cell.strip() for cell in cells]
        if all(map(is_number, self.names)):
            raise DataError([NoHeader(self.header)])
        for name in self.names:
            if self.names.count(name) > 1:
                raise DataError([SameName(self.header, name)])

    def chunks(self) -> Iterator[Rows]:
        """The rows below the header, blank lines left out."""
        chunk = Rows()
        for line, row in self._numbered():
            if len(row) != len(self.names):
                span = on_line(self.path, line, text_of_line(self.path, line))
                raise DataError([CellCount(span, len(row), len(self.names))])
            chunk.rows.append(row)
            chunk.lines.append(line)
            if len(chunk.rows) == CHUNK_ROWS:
                yield chunk
                chunk = Rows()
        if chunk.rows:
            yield chunk

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not blank, with the line on which it begins."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True, delimiter=self.delimiter)
            next(reader)
            line = 2
            try:
                for row in reader:
                    if row:
                        yield line, row
                    line = reader.line_num + 1
            except csv.Error as error:
                reason = str(error)
                if reason == "unexpected end of data":
                    reason = "a quote is opened here and closed nowhere"
                span = on_line(self.path, line, text_of_line(self.path, line))
                raise DataError([Unreadable(span, reason)]) from None

    def cell(self, line: int, column: int) -> Span:
        """Where a cell stands; the whole line if quotes make that hard to tell."""
        text = text_of_line(self.path, line)
        cells = text.split(self.delimiter)
        if '"' in text or len(cells) != len(self.names):
            return on_line(self.path, line, text)
        start = sum(len(cell) + 1 for cell in cells[:column])
        return on_line(self.path, line, text, start, start + len(cells[column]))
