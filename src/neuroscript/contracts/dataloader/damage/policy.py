"""What is done about a damaged sample: `data.on_error`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from neuroscript.contracts.dataloader.columns.errors import AT_ONCE, DataError, whole_file
from neuroscript.contracts.dataloader.damage.errors import NothingLeft
from neuroscript.contracts.dataloader.damage.skipped import SHOWN, OnError, Skipped
from neuroscript.diagnostics import Diagnostic, Span

FIRST = 100
"""How many samples decide what columns hold where damaged ones are skipped; else the first does."""

FEW = 1000
"""How many damaged samples are remembered before all but the first are forgotten."""


class Damage:
    """Meets damaged samples: with `fail` the first raises, with `skip` they are counted.

    `unit` is what a sample is in the file: a line, a row, an image.
    """

    def __init__(self, on_error: OnError = "fail", unit: str = "line") -> None:
        self.skips = on_error == "skip"
        self.unit = unit
        self.count = 0
        self._files: list[str] = []
        self._first: list[tuple[int, int, Diagnostic]] = []

    def meet(self, problems: Sequence[Diagnostic]) -> None:
        """Takes what is wrong with one sample; raises DataError with it unless it is skipped."""
        if not self.skips:
            raise DataError(problems[:AT_ONCE])
        self.count += 1
        span = problems[0].span
        if span.source.name not in self._files[-1:]:
            self._files.append(span.source.name)
        self._first.append((len(self._files), span.line, problems[0]))
        if len(self._first) > FEW:
            self._first = self._earliest()

    def nothing_left(self, path: Path) -> DataError:
        """The error to raise where every sample of the data was skipped."""
        told = NothingLeft(whole_file(path), self.count, self.unit)
        return DataError([told, *(problem for _, _, problem in self._earliest())])

    @property
    def looked_at(self) -> int:
        """How many of the first samples decide what columns hold."""
        return FIRST if self.skips else 1

    @property
    def skipped(self) -> Skipped | None:
        """What was left out; None if nothing was."""
        if not self.count:
            return None
        places = (_place(problem.span) for _, _, problem in self._earliest())
        return Skipped(self.count, self.unit, tuple(places))

    def _earliest(self) -> list[tuple[int, int, Diagnostic]]:
        """The first places; a chunk of lines may have been looked at in more than one pass."""
        return sorted(self._first, key=lambda met: met[:2])[:SHOWN]


def _place(span: Span) -> str:
    return f"{span.source.name}:{span.line}" if span.source.text else span.source.name
