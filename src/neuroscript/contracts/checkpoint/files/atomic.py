"""Writing a file so that there is the old one or the new one, whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from neuroscript.contracts.checkpoint.files.errors import CheckpointError, NotWritten, place


def write_atomically(path: str | Path, write: Callable[[Path], None]) -> None:
    """Lets `write` make a file next to `path`, forces it to disk, and puts it in place.

    A file that was being written when the process died is overwritten by the next attempt.
    Raises CheckpointError if it cannot be written; the old file is then still there.
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(unfinished)
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync_folder(path.parent)
    except (OSError, RuntimeError) as error:
        unfinished.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise CheckpointError([NotWritten(place(path), reason)]) from error
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Makes the new name last; some systems cannot open a folder, and need not."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
