"""One CSV file: the names of its columns, and its rows with their lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO

from neuroscript.contracts.dataloader.cells.column import is_number
from neuroscript.contracts.dataloader.cells.errors import CellCount, NoHeader, SameName
from neuroscript.contracts.dataloader.cells.rows import Lines, Rows
from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    Empty,
    Unreadable,
    on_line,
    text_of_line,
    whole_file,
)
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.diagnostics import Diagnostic, Span

CHUNK_CHARACTERS = 128 * 1024
CHUNK_ROWS = 4096
DELIMITERS = ",;\t|"
EXPECTED = "a line with the names of the columns, then one sample per line"


class CsvFile:
    """A file whose first line names the columns; raises DataError if it does not."""

    def __init__(self, path: Path, delimiter: str | None, damage: Damage) -> None:
        self.path = path
        self.damage = damage
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
        """The rows below the header, blank lines left out.

        Lines are split where their cells end, until the first quote: from there on `csv` reads.
        """
        with self.path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            header, line = file.readline(), 2
            if header.count('"') % 2:
                yield from self._quoted([header], file, 1)
                return
            while texts := file.readlines(CHUNK_CHARACTERS):
                if any('"' in text for text in texts):
                    yield from self._quoted(texts, file, line)
                    return
                yield from self._split(texts, line)
                line += len(texts)

    def _split(self, texts: list[str], first: int) -> Iterator[Rows]:
        """Lines without quotes as rows."""
        stripped = [text.rstrip("\n") for text in texts]
        counts = {text.count(self.delimiter) for text in stripped}
        whole = counts == {len(self.names) - 1} and all(stripped)
        if whole and _is_text(stripped):
            lines = range(first, first + len(texts))
            yield Lines(stripped, self.delimiter, len(self.names), lines)
        else:
            rows = ((first + i, text.split(self.delimiter)) for i, text in enumerate(stripped))
            yield from self._checked(rows)

    def _quoted(self, texts: list[str], file: TextIO, first: int) -> Iterator[Rows]:
        """The rows of a file, beginning with lines that have been read already."""
        yield from self._checked(self._numbered(chain(texts, file), first))

    def _numbered(self, texts: Iterable[str], first: int) -> Iterator[tuple[int, list[str]]]:
        """Each row, with the line on which it begins."""
        reader = csv.reader(texts, strict=True, delimiter=self.delimiter)
        line = first
        if line == 1:
            next(reader)
            line = 1 + reader.line_num
        try:
            for row in reader:
                yield line, row
                line = first + reader.line_num
        except csv.Error as error:
            reason = str(error)
            if reason == "unexpected end of data":
                reason = "a quote is opened here and closed nowhere"
            span = on_line(self.path, line, text_of_line(self.path, line))
            raise DataError([Unreadable(span, reason)]) from None

    def _checked(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[Rows]:
        """Chunks of the rows that have all their cells; the others are damaged."""
        good: list[list[str]] = []
        lines: list[int] = []
        for line, row in rows:
            if row in ([], [""]):
                continue
            problem = self._problem(line, row)
            if problem is not None:
                self.damage.meet([problem])
                continue
            good.append(row)
            lines.append(line)
            if len(good) == CHUNK_ROWS:
                yield Rows(list(zip(*good, strict=True)), lines)
                good, lines = [], []
        if good:
            yield Rows(list(zip(*good, strict=True)), lines)

    def _problem(self, line: int, row: list[str]) -> Diagnostic | None:
        """What is wrong with a row as a whole."""
        if _is_text(row) and len(row) == len(self.names):
            return None
        text = text_of_line(self.path, line)
        if not _is_text(row):
            span = on_line(self.path, line, text, max(text.find("\ufffd"), 0))
            return Unreadable(span, f"line {line} is not UTF-8 text")
        return CellCount(on_line(self.path, line, text), len(row), len(self.names))

    def cell(self, line: int, column: int) -> Span:
        """Where a cell stands; the whole line if quotes make that hard to tell."""
        text = text_of_line(self.path, line)
        cells = text.split(self.delimiter)
        if '"' in text or len(cells) != len(self.names):
            return on_line(self.path, line, text)
        start = sum(len(cell) + 1 for cell in cells[:column])
        return on_line(self.path, line, text, start, start + len(cells[column]))


def _is_text(parts: Sequence[str]) -> bool:
    """Whether everything was UTF-8: bytes that are not were read as lone surrogates."""
    try:
        "".join(parts).encode()
    except UnicodeEncodeError:
        return False
    return True
