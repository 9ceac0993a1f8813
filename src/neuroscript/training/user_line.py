"""Where an exception came from, in what the user wrote."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

from neuroscript.diagnostics import Source, Span

OURS = Path(__file__).parents[1]
INSTALLED = tuple(Path(path) for path in set(sysconfig.get_paths().values()))


def line_of_user(error: Exception) -> Span | None:
    """The innermost line of what our code called that is the user's own; None if none is."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if OURS in path.parents:
            break
        if frame.lineno and path.is_file() and not any(at in path.parents for at in INSTALLED):
            text = path.read_text(encoding="utf-8", errors="replace")
            return Source(str(path), text, path).line_span(frame.lineno)
    return None
