"""How much memory there is, how much was used, and what an error says of it."""

from __future__ import annotations

import gc
from pathlib import Path

import torch

WORDS = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")
PROCESS, MACHINE = Path("/proc/self"), Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was not enough memory, on whatever device.

    >>> is_out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    True
    >>> is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    False
    """
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in WORDS)


def free_again() -> None:
    """Gives back what nobody holds any more; main memory comes back by itself."""
    if torch.cuda.is_available():
        gc.collect()
        torch.cuda.empty_cache()


class MainMemory:
    """The memory of the machine, which its kernel hands out until it ends whoever takes most.

    Where it cannot be told (anywhere but on Linux) there seems to be enough.
    """

    def __init__(self) -> None:
        self.before = 0
        self.begin()

    def begin(self) -> None:
        """From here on the most that is used at a time counts anew."""
        try:
            (PROCESS / "clear_refs").write_text("5")
        except OSError:
            return
        self.before = _of_process("VmRSS") or 0

    def used(self) -> int:
        """The most bytes that were in use at a time since then, beyond what was in use before."""
        most = _of_process("VmHWM")
        return 0 if most is None or not self.before else max(0, most - self.before)

    def free(self) -> int | None:
        """The bytes that can still be had, in this group of processes; None if nobody says."""
        try:
            lines = MACHINE.read_text(encoding="ascii").splitlines()
        except OSError:
            return None
        found = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")]
        try:
            most = int((GROUP / "memory.max").read_text(encoding="ascii"))
            now = int((GROUP / "memory.current").read_text(encoding="ascii"))
            found.append(most - now)
        except (OSError, ValueError):
            pass
        return min(found, default=None)


def _of_process(name: str) -> int | None:
    try:
        lines = (PROCESS / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = (int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
    return next(found, None)
