"""Samples as columns, and the line that each sample came from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column, selected
from neuroscript.contracts.dataloader.columns.errors import (
    on_line,
    on_row,
    text_of_line,
    whole_file,
)
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.diagnostics import Span

if TYPE_CHECKING:
    from neuroscript.contracts.dataloader.damage import Skipped
    from neuroscript.contracts.dataloader.pictures import Form
    from neuroscript.contracts.dataloader.tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Origin:
    """The lines of one file that samples came from, one each."""

    file: Path
    first_line: int
    samples: int
    blank: tuple[int, ...] = ()
    """Numbers of lines in between that hold no sample, ascending."""

    unit: Literal["line", "row", "file"] = "line"
    """What a sample is: a line of text, a row of something else, or the file itself."""

    def line(self, sample: int) -> int:
        """The line of the sample with that number in this file, both found from its start.

        >>> Origin(Path("a.jsonl"), 1, 3, blank=(2,)).line(1)
        3
        """
        line = self.first_line + sample
        for blank in self.blank:
            if blank > line:
                break
            line += 1
        return line

    def place(self, sample: int) -> Span:
        """Where that sample stands, to point at."""
        line = self.line(sample)
        if self.unit == "line":
            return on_line(self.file, line, text_of_line(self.file, line))
        return whole_file(self.file) if self.unit == "file" else on_row(self.file, line)


@dataclass(frozen=True)
class Table:
    """Columns of equally many samples: inputs by port, targets by port."""

    inputs: dict[str, Column]
    targets: dict[str, Column] = field(default_factory=dict)
    class_names: dict[str, list[str]] = field(default_factory=dict)
    """For each target whose classes have names: the name of class 0, of class 1, …"""

    origins: tuple[Origin, ...] = ()
    ignored: tuple[str, ...] = ()
    """Columns of the data that are used for nothing."""

    target_name: str | None = None
    """What the data calls the target, where it was chosen and not named `target`."""

    tokenizers: dict[str, Tokenizer] = field(default_factory=dict)
    """For each input that was text: what made token ids of it."""

    made_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each input that was put together from columns of a table: their names in order."""

    scales: dict[str, float] = field(default_factory=dict)
    """For each input that is stored in whole numbers and given in fractions: what one is worth."""

    forms: dict[str, Form] = field(default_factory=dict)
    """For each input that was images: the form that they were brought to."""

    segments: Ragged | None = None
    """Where samples are packed: which of them each step of a window belongs to."""

    packed: int = 0
    """How many samples there were before they were packed."""

    skipped: Skipped | None = None
    """The damaged samples that were left out, if any were."""

    chosen: Tensor | None = None
    """The numbers of the samples in the files, where these are only some of them."""

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    @property
    def columns(self) -> dict[str, Column]:
        """All columns by name; targets with ports of their own are called `target.<port>`."""
        targets = {
            name if name == "target" else f"target.{name}": column
            for name, column in self.targets.items()
        }
        return self.inputs | targets

    def select(self, indices: Tensor) -> Table:
        """The samples with these numbers, in their order."""
        return replace(
            self,
            inputs={name: selected(c, indices) for name, c in self.inputs.items()},
            targets={name: selected(c, indices) for name, c in self.targets.items()},
            segments=None if self.segments is None else self.segments.select(indices),
            chosen=indices if self.chosen is None else self.chosen[indices],
        )

    def sample_line(self, sample: int) -> tuple[Path, int]:
        """The file and the line of a sample."""
        origin, number = self._origin(sample)
        return origin.file, origin.line(number)

    def place(self, sample: int) -> Span:
        """Where a sample stands, to point at."""
        origin, number = self._origin(sample)
        return origin.place(number)

    def _origin(self, sample: int) -> tuple[Origin, int]:
        """Where a sample came from, and its number there."""
        if self.chosen is not None:
            sample = int(self.chosen[sample])
        starts = [0]
        for origin in self.origins:
            starts.append(starts[-1] + origin.samples)
        file = bisect_right(starts, sample) - 1
        return self.origins[file], sample - starts[file]
