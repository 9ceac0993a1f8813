"""Memory that comes and goes alike for all contenders in one process."""

from __future__ import annotations

import ctypes


def keep_memory() -> None:
    """Have glibc give nothing back between calls: which of two models must ask anew is chance."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        trim_threshold, mmap_threshold = -1, -3
        mallopt(trim_threshold, 2**31 - 1)
        mallopt(mmap_threshold, 2**25)
