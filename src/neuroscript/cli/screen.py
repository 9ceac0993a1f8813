"""Where messages go: standard error, coloured on a terminal that wants colour."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TextIO

from neuroscript.diagnostics import Diagnostic, Severity, render

PLAIN_WIDTH = 100
"""Of messages that go to a file or another program."""


def wants_colour(stream: TextIO) -> bool:
    """Whether to write colours: to a terminal, unless NO_COLOR is set or TERM is dumb."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def show(diagnostics: Sequence[Diagnostic], stream: TextIO | None = None) -> None:
    """Diagnostics for a person, and how many there are."""
    stream = stream or sys.stderr
    if not diagnostics:
        return
    width = shutil.get_terminal_size().columns if stream.isatty() else PLAIN_WIDTH
    print(render(diagnostics, wants_colour(stream), width), file=stream)
    print(f"\n{count(diagnostics)}", file=stream)


def count(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    parts = []
    for severity in Severity:
        number = sum(d.severity is severity for d in diagnostics)
        if number:
            parts.append(f"{number} {severity}" + ("s" if number > 1 else ""))
    return ", ".join(parts)
