"""What is done about a damaged sample: `data.on_error`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from neuroscript.contracts.dataloader.columns.errors import AT_ONCE, DataError, whole_file
from neuroscript.contracts.dataloader.damage.errors import NothingLeft
from neuroscript.contracts.dataloader.damage.skipped import SHOWN, OnError, Skipped
from neuroscript.diagnostics import Diagnostic


class Damage:
    """Meets damaged samples: with `fail` the first raises, with `skip` they are counted.

    `unit` is what a sample is in the file: a line, a row, an image.
    """

    def __init__(self, on_error: OnError = "fail", unit: str = "line") -> None:
        self.skips = on_error == "skip"
        self.unit = unit
        self.count = 0
        self.first: list[str] = []
        self.why: list[Diagnostic] = []

    def meet(self, problems: Sequence[Diagnostic]) -> None:
        """Takes what is wrong with one sample; raises DataError with it unless it is skipped."""
        if not self.skips:
            raise DataError(problems[:AT_ONCE])
        self.count += 1
        if len(self.first) < SHOWN:
            span = problems[0].span
            name, is_whole_file = span.source.name, not span.source.text
            self.first.append(name if is_whole_file else f"{name}:{span.line}")
            self.why.append(problems[0])

    def nothing_left(self, path: Path) -> DataError:
        """The error to raise where every sample of the data was skipped."""
        told = NothingLeft(whole_file(path), self.count, self.unit)
        return DataError([told, *self.why])

    @property
    def skipped(self) -> Skipped | None:
        """What was left out; None if nothing was."""
        return Skipped(self.count, self.unit, tuple(self.first)) if self.count else None
