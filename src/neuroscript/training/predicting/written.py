"""Answers as JSON lines, in a file that is there whole or not at all, or on standard output."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from neuroscript.contracts.dataloader.columns.errors import whole_file
from neuroscript.training.predicting.errors import NotWritten, RowError


def as_line(answer: dict[str, Any]) -> bytes:
    """An answer on a line of its own.

    >>> as_line({"index": 0, "prediction": "cat"})
    b'{"index":0,"prediction":"cat"}\\n'
    """
    return orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its name when all is written; left out if anything fails.

    What is no file, such as `/dev/null`, is written as it is. Raises RowError if it cannot be
    written.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        with _telling(path), path.open("wb") as device:
            yield device
        return
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    with _telling(path), fresh.open("wb") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RowError([NotWritten(whole_file(path), str(path), reason)]) from None
