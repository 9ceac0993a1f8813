"""Whether data are too large to be held in memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

SHARE = 4
"""Data are large from this part of the free memory on: as tensors they may take several times
the size of their files."""


def are_large(files: Sequence[Path]) -> bool:
    """Whether files are together larger than a quarter of the free memory."""
    return is_large(sum(file.stat().st_size for file in files if file.is_file()))


def is_large(size: int) -> bool:
    """Whether so many bytes are more than a quarter of the free memory."""
    free = free_memory()
    return free is not None and size > free // SHARE


def free_memory() -> int | None:
    """The bytes of memory that can be had; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found = dict(line.split(":", 1) for line in lines if ":" in line)
        return int(found["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
