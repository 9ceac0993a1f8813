"""Rows on lines: of JSON, or of text where a model takes text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    Unreadable,
    on_line,
    whole_file,
)
from neuroscript.contracts.dataloader.records.inspect import Line, parse_line
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.predicting.row import Row

CHUNK_BYTES = 64 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
STANDARD_INPUT = Path("<stdin>")


def rows_of_file(path: Path, as_text: bool) -> Iterator[list[Row]]:
    """The rows of a file, some at a time; raises DataError if it cannot be read."""
    try:
        with path.open("rb") as file:
            yield from _rows(path, iter(lambda: file.readlines(CHUNK_BYTES), []), as_text)
    except OSError as error:
        raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None


def rows_of_stream(stream: BinaryIO, as_text: bool) -> Iterator[list[Row]]:
    """The rows that have arrived, again and again: a line is not kept waiting for the next."""
    return _rows(STANDARD_INPUT, _arriving(stream), as_text)


def _arriving(stream: BinaryIO) -> Iterator[list[bytes]]:
    rest = b""
    read: Any = getattr(stream, "read1", stream.read)
    while arrived := read(CHUNK_BYTES):
        *whole, rest = (rest + arrived).split(b"\n")
        if whole:
            yield whole
    if rest:
        yield [rest]


def _rows(path: Path, chunks: Iterator[list[bytes]], as_text: bool) -> Iterator[list[Row]]:
    number = 1
    for lines in chunks:
        if number == 1:
            lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
        rows = [
            _row(path, number + index, raw, as_text)
            for index, raw in enumerate(lines)
            if raw.strip()
        ]
        number += len(lines)
        if rows:
            yield rows


def _row(path: Path, number: int, raw: bytes, as_text: bool) -> Row:
    try:
        text = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        shown = raw.decode(errors="replace")
        start = len(raw[: error.start].decode(errors="replace"))
        span = on_line(path, number, shown, start)
        return Row(None, Line(path, number, shown).span_of, Unreadable(span, "it is not UTF-8"))
    line = Line(path, number, text)
    if as_text:
        return Row(text, line.span_of)
    try:
        return Row(orjson.loads(raw), line.span_of)
    except orjson.JSONDecodeError:
        problem = parse_line(line)
        return Row(None, line.span_of, problem if isinstance(problem, Diagnostic) else None)
