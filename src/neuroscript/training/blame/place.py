"""Which line of the user's program is being run."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from types import CodeType, FrameType

from neuroscript.diagnostics import Source, Span
from neuroscript.training.user_line import line_of


def line_being_run(within: CodeType) -> Span | None:
    """The innermost line, of a `.ns` file or of Python, that is neither ours nor installed.

    Only lines that `within` calls are looked at: the script that trains is not to blame.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (frames have no other door)
    while frame is not None and frame.f_code is not within:
        name = frame.f_code.co_filename
        if name.startswith("<") and name in linecache.cache:
            text = "".join(linecache.getlines(name))
            return Source(name.strip("<>"), text).line_span(frame.f_lineno)
        if (line := line_of(Path(name), frame.f_lineno)) is not None:
            return line
        frame = frame.f_back
    return None
