"""Samples as columns, and the line that each sample came from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from pathlib import Path

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Origin:
    """The lines of one file that samples came from, one each."""

    file: Path
    first_line: int
    samples: int
    blank: tuple[int, ...] = ()
    """Numbers of lines in between that hold no sample, ascending."""

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


@dataclass(frozen=True)
class Table:
    """Columns of equally many samples: inputs by port, targets by port."""

    inputs: dict[str, Tensor]
    targets: dict[str, Tensor] = field(default_factory=dict)
    class_names: dict[str, list[str]] = field(default_factory=dict)
    """For each target whose classes have names: the name of class 0, of class 1, …"""

    origins: tuple[Origin, ...] = ()
    ignored: tuple[str, ...] = ()
    """Columns of the data that are used for nothing."""

    target_name: str | None = None
    """What the data calls the target, where it was chosen and not named `target`."""

    chosen: Tensor | None = None
    """The numbers of the samples in the files, where these are only some of them."""

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    @property
    def columns(self) -> dict[str, Tensor]:
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
            inputs={name: c.index_select(0, indices) for name, c in self.inputs.items()},
            targets={name: c.index_select(0, indices) for name, c in self.targets.items()},
            chosen=indices if self.chosen is None else self.chosen[indices],
        )

    def sample_line(self, sample: int) -> tuple[Path, int]:
        """The file and the line of a sample."""
        if self.chosen is not None:
            sample = int(self.chosen[sample])
        starts = [0]
        for origin in self.origins:
            starts.append(starts[-1] + origin.samples)
        file = bisect_right(starts, sample) - 1
        return self.origins[file].file, self.origins[file].line(sample - starts[file])
