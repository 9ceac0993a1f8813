"""Operations that give the same in every run, or are refused."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch

REFUSED = re.compile(r"(\S+) does not have a deterministic implementation")


@contextmanager
def deterministic(wanted: bool) -> Iterator[None]:
    """While this lasts, torch takes the deterministic form of each operation, if that is wanted.

    One without such a form raises a RuntimeError.
    """
    if not wanted:
        yield
        return
    enabled = torch.are_deterministic_algorithms_enabled()
    only_warned = torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark = torch.backends.cudnn.benchmark
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA is first used
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(enabled, warn_only=only_warned)
        torch.backends.cudnn.benchmark = benchmark


def refused_operation(error: Exception) -> str | None:
    """The operation that has no deterministic form, if an error says so.

    >>> refused_operation(RuntimeError("put_ does not have a deterministic implementation, but"))
    'put_'
    """
    found = REFUSED.search(str(error))
    return found[1].strip("'") if found and isinstance(error, RuntimeError) else None
