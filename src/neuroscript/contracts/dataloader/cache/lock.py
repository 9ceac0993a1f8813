"""One process at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCKS = sys.platform != "win32"
"""Whether the system has locks that end with their process."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits until no other process holds the lock of a path, and holds it.

    It ends with the process, however that ends. Where the system has no such locks, nobody waits:
    what is written is put in its place in one step anyway.
    """
    with path.open("a") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
