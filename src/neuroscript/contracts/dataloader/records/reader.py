"""JSON lines to columns, in chunks of lines that are parsed as one list.

A chunk that does not come out as the first record promised is looked at line by line.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from neuroscript.contracts.dataloader.columns.errors import (
    AT_ONCE,
    DataError,
    Empty,
    Unreadable,
    on_line,
    whole_file,
)
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.contracts.dataloader.records.column import Column
from neuroscript.contracts.dataloader.records.inspect import (
    Line,
    check_record,
    first_schema,
    parse_line,
)
from neuroscript.contracts.dataloader.records.schema import Schema, value_at
from neuroscript.diagnostics import Diagnostic

CHUNK_BYTES = 128 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_records(files: Sequence[Path]) -> Table:
    """The samples of JSON lines files, in order.

    Raises DataError with the first mistakes of the first file that has any.
    """
    with _garbage_collection_off():
        reader = _Reader()
        for file in files:
            reader.read(file)
        return reader.table()


class _Reader:
    def __init__(self) -> None:
        self.schema: Schema | None = None
        self.columns: list[Column] = []
        self.origins: list[Origin] = []

    def read(self, path: Path) -> None:
        samples, number, blank = 0, 1, []
        try:
            with path.open("rb") as file:
                while raw := file.readlines(CHUNK_BYTES):
                    if number == 1:
                        raw[0] = raw[0].removeprefix(BYTE_ORDER_MARK)
                    numbered = [(number + i, line) for i, line in enumerate(raw) if line.strip()]
                    if len(numbered) < len(raw):
                        blank += [number + i for i, line in enumerate(raw) if not line.strip()]
                    self.chunk(path, numbered)
                    samples += len(numbered)
                    number += len(raw)
        except OSError as error:
            raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
        if not samples:
            expected = 'one sample per line: {"input": [0.0, 1.0], "target": [1.0]}'
            raise DataError([Empty(whole_file(path), expected)])
        self.origins.append(Origin(path, 1, samples, tuple(blank)))

    def chunk(self, path: Path, numbered: list[tuple[int, bytes]]) -> None:
        if not numbered:
            return
        if self.schema is None:
            self.begin(path, *numbered[0])
        if not self.parse_whole([line for _, line in numbered]):
            self.parse_each(path, numbered)

    def begin(self, path: Path, number: int, raw: bytes) -> None:
        """Takes the schema from the first record."""
        line = _line(path, number, raw)
        record = parse_line(line)
        if isinstance(record, Diagnostic):
            raise DataError([record])
        schema = first_schema(line, record)
        if not isinstance(schema, Schema):
            raise DataError(schema)
        self.schema = schema
        self.columns = [Column(field) for field in schema.fields]

    def parse_whole(self, lines: list[bytes]) -> bool:
        """Parses a chunk at once; False if anything about it is odd."""
        text = b"[" + b",".join(lines) + b"]"
        try:
            records = orjson.loads(text)
        except orjson.JSONDecodeError:
            return False
        booleans = b"true" in text or b"false" in text
        return len(records) == len(lines) and self.add(records, booleans)

    def parse_each(self, path: Path, numbered: list[tuple[int, bytes]]) -> None:
        """Finds what is wrong with a chunk and raises it."""
        schema = self.schema
        assert schema is not None
        found: list[Diagnostic] = []
        for number, raw in numbered:
            line = _line(path, number, raw)
            record = parse_line(line)
            if isinstance(record, Diagnostic):
                found.append(record)
            else:
                found.extend(check_record(line, record, schema))
            if len(found) >= AT_ONCE:
                break
        assert found, "a chunk was refused without a reason"
        raise DataError(found[:AT_ONCE])

    def add(self, records: list[Any], booleans: bool) -> bool:
        """Puts the values of a chunk into the columns; False if any is not as promised."""
        schema = self.schema
        assert schema is not None
        if set(map(type, records)) != {dict}:
            return False
        if "input" not in schema.keys and set(map(len, records)) != {len(schema.keys)}:
            return False
        try:
            values = [_values(records, column.field.keys) for column in self.columns]
        except (KeyError, TypeError):
            return False
        pairs = zip(self.columns, values, strict=True)
        return all(column.add(chunk, booleans) for column, chunk in pairs)

    def table(self) -> Table:
        schema = self.schema
        assert schema is not None
        finished = [column.finish() for column in self.columns]
        inputs = dict(zip(schema.inputs, finished[: len(schema.inputs)], strict=True))
        targets = dict(zip(schema.targets, finished[len(schema.inputs) :], strict=True))
        return Table(
            inputs={port: column for port, (column, _) in inputs.items()},
            targets={port: column for port, (column, _) in targets.items()},
            class_names={port: names for port, (_, names) in targets.items() if names},
            origins=tuple(self.origins),
            ignored=schema.ignored,
        )


def _values(records: list[dict[str, Any]], keys: tuple[str, ...]) -> list[Any]:
    if len(keys) == 1:
        key = keys[0]
        return [record[key] for record in records]
    return [value_at(record, keys) for record in records]


def _line(path: Path, number: int, raw: bytes) -> Line:
    try:
        return Line(path, number, raw.decode())
    except UnicodeDecodeError as error:
        text = raw.decode(errors="replace")
        span = on_line(path, number, text, len(raw[: error.start].decode(errors="replace")))
        reason = f"line {number} is not UTF-8 text"
        raise DataError([Unreadable(span, reason)]) from None


@contextmanager
def _garbage_collection_off() -> Iterator[None]:
    """Nothing made here is in a cycle, and looking for one takes most of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
