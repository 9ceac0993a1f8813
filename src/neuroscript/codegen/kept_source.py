"""The text of generated code, kept where Python looks for it."""

from __future__ import annotations

import linecache


def keep_source(filename: str, text: str) -> None:
    """Let tracebacks and `inspect` find a text that is in no file."""
    linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
