"""Writing a file so that there is the old one or the new one, whatever happens."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path

from neuroscript.contracts.checkpoint.files.errors import CheckpointError, NotWritten, place

UNFINISHED = re.compile(r"\..+\.(?P<host>[^.]*)-(?P<process>\d+)\.unfinished")
"""What files are called that are being written, by whom and where."""

A_DAY = 24 * 60 * 60.0


def write_atomically(path: str | Path, write: Callable[[Path], None]) -> None:
    """Lets `write` make a file next to `path`, forces it to disk, and puts it in place.

    Raises CheckpointError if it cannot be written; the old file is then still there.
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{_host()}-{os.getpid()}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(unfinished)
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync_folder(path.parent)
    except (OSError, RuntimeError) as error:
        _remove(unfinished)
        raise CheckpointError([NotWritten(place(path), _reason(error))]) from error
    except BaseException:
        _remove(unfinished)
        raise


def sweep(folder: str | Path) -> list[Path]:
    """Removes what dead processes left unfinished in a folder; gives what was removed.

    What a process of another machine began is left for a day.
    """
    swept = []
    for path in Path(folder).glob(".*.unfinished"):
        found = UNFINISHED.fullmatch(path.name)
        if found and _is_left_over(path, found["host"], int(found["process"])):
            _remove(path)
            swept.append(path)
    return swept


def _is_left_over(path: Path, host: str, process: int) -> bool:
    if host != _host():
        try:
            return time.time() - path.stat().st_mtime > A_DAY
        except OSError:
            return False
    return process == os.getpid() or not _lives(process)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _host() -> str:
    return socket.gethostname().partition(".")[0]


def _reason(error: OSError | RuntimeError) -> str:
    """Why a write failed, told by the system where a library wraps its error."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return str(error).partition("\n")[0]


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # what cannot be removed is swept later
        return


def _sync_folder(folder: Path) -> None:
    """Makes the new name last; some systems cannot open a folder, and need not."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
