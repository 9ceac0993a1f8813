"""The checkpoints of a run, as they lie in its folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from neuroscript.contracts.checkpoint.files import CheckpointError
from neuroscript.training.checkpoints.formats import format_of
from neuroscript.training.checkpoints.room import size


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint and what it says of itself; only the path where it cannot be read."""

    path: Path
    step: int | None = None
    epoch: int | None = None
    monitor: str | None = None
    mode: str = "min"
    value: float | None = None
    """What its state is worth by the metric of which the best are kept."""

    def __str__(self) -> str:
        if self.step is None:
            return f"{self.path.name}   cannot be read"
        parts = [self.path.name, f"step {self.step}", f"epoch {self.epoch}"]
        if self.value is not None:
            parts.append(f"{self.monitor} {self.value:.4g}")
        return "   ".join([*parts, size(self.path.stat().st_size)])


def kept_in(folder: Path) -> list[Kept]:
    """The checkpoints of a folder: the best ones first, the best of them ahead, `last` at the end.

    Those that cannot be read come last of all.
    """
    files = [*folder.glob("best-*"), *folder.glob("last.*")]
    return sorted((read(path) for path in files if path.is_file()), key=_rank)


def read(path: Path) -> Kept:
    """What a checkpoint says of itself."""
    try:
        metadata = format_of(path).metadata(path)
    except CheckpointError:
        return Kept(path)
    if metadata is None:
        return Kept(path, 0, 0)
    best = metadata.config.get("best") or {}
    monitor, mode = best.get("monitor"), best.get("mode", "min")
    value = metadata.metrics.get(monitor) if monitor is not None else None
    return Kept(path, metadata.step, metadata.epoch, monitor, mode, value)


def _rank(kept: Kept) -> tuple[bool, bool, float, float]:
    value = math.inf if kept.value is None or math.isnan(kept.value) else kept.value
    cost = value if kept.mode == "min" or math.isinf(value) else -value
    newest_first = -kept.path.stat().st_mtime_ns
    return kept.step is None, not kept.path.name.startswith("best-"), cost, newest_first
