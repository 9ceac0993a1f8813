"""Raw lines to records, and to what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from neuroscript.contracts.dataloader.columns.errors import Unreadable, on_line
from neuroscript.contracts.dataloader.records.inspect import (
    Line,
    check_record,
    first_schema,
    parse_line,
)
from neuroscript.contracts.dataloader.records.schema import Schema
from neuroscript.diagnostics import Diagnostic


def schema_of(path: Path, number: int, raw: bytes) -> Schema | list[Diagnostic]:
    """What a record declares for all, or what is wrong with it."""
    line = _line(path, number, raw)
    if isinstance(line, Diagnostic):
        return [line]
    record = parse_line(line)
    return [record] if isinstance(record, Diagnostic) else first_schema(line, record)


def checked(
    path: Path, number: int, raw: bytes, schema: Schema | None
) -> tuple[Any, list[Diagnostic]]:
    """A record, and what is wrong with it; without a schema it is held against itself."""
    line = _line(path, number, raw)
    if isinstance(line, Diagnostic):
        return None, [line]
    record = parse_line(line)
    if isinstance(record, Diagnostic):
        return None, [record]
    if schema is None:
        own = first_schema(line, record)
        return record, [] if isinstance(own, Schema) else own
    return record, list(check_record(line, record, schema))


def _line(path: Path, number: int, raw: bytes) -> Line | Diagnostic:
    try:
        return Line(path, number, raw.decode())
    except UnicodeDecodeError as error:
        text = raw.decode(errors="replace")
        span = on_line(path, number, text, len(raw[: error.start].decode(errors="replace")))
        return Unreadable(span, f"line {number} is not UTF-8 text")
