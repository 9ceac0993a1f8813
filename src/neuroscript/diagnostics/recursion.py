"""Room for deeply nested programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

FRAMES = 60_000


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let Python recurse deeper for a while: a level of nesting takes dozens of its frames."""
    limit = sys.getrecursionlimit()
    if limit >= FRAMES:
        yield
        return
    sys.setrecursionlimit(FRAMES)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
