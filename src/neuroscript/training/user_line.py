"""Which lines are the user's: where an exception came from, and who is being run."""

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
        if frame.lineno and (line := line_of(path, frame.lineno)) is not None:
            return line
    return None


def line_of(path: Path, number: int) -> Span | None:
    """A line of a file that is neither ours nor installed; None if it is, or is no file."""
    foreign = OURS in path.parents or any(folder in path.parents for folder in INSTALLED)
    if foreign or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    return Source(str(path), text, path).line_span(number)
