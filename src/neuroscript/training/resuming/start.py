"""Where a run begins: anew, or where another one stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from neuroscript.contracts import CheckpointMetadata
from neuroscript.training.checkpoints.formats import format_of
from neuroscript.training.processes.start import same_for_all
from neuroscript.training.resuming.compare import check, is_complete, moment_of
from neuroscript.training.resuming.find import Resumption
from neuroscript.training.run_dir import new_run_dir

if TYPE_CHECKING:
    from neuroscript.training.prepare import Prepared


@dataclass(frozen=True, slots=True)
class Start:
    """The folder of a run and what it goes on from."""

    run_dir: Path
    checkpoint: Path | None = None
    """None for a run that begins anew."""

    step: int = 0
    epochs: int | None = None
    """How many epochs are complete."""

    complete: bool = False
    """Whether nothing is left to train."""

    changed: list[str] = field(default_factory=list)
    """What has changed since, for people."""

    @classmethod
    def at(cls, prepared: Prepared, resumption: Resumption | None) -> Start:
        """Makes a new folder, or checks that the old run can be gone on with in its own.

        Raises TrainingError for what has changed and may not, CheckpointError for a checkpoint
        that is damaged or of another model.
        """
        if resumption is None:
            return cls(_own_folder(prepared))
        metadata, changed = cls.check(prepared, resumption)
        return cls(
            resumption.run_dir or _own_folder(prepared),
            resumption.checkpoint,
            metadata.step,
            moment_of(metadata)["loops"]["epoch_progress"]["current"]["completed"],
            is_complete(prepared.config, metadata),
            changed,
        )

    @staticmethod
    def check(prepared: Prepared, resumption: Resumption) -> tuple[CheckpointMetadata, list[str]]:
        """What the checkpoint says of itself, and what has changed since and may."""
        path = resumption.checkpoint
        contract = format_of(path)
        metadata = contract.metadata(path) or contract.load(path, prepared.module.model)
        return metadata, check(prepared, metadata, path)

    def lines(self) -> list[str]:
        """What to tell of it before the first step."""
        lines = [f"  {'run':<10} {self.run_dir}"]
        if self.checkpoint is not None:
            rest = "   nothing is left to train" if self.complete else ""
            lines.append(f"  {'goes on':<10} after step {self.step}   {self.checkpoint}{rest}")
        lines += [f"  {'changed':<10} {line}" for line in self.changed]
        return lines


def _own_folder(prepared: Prepared) -> Path:
    """A new folder, the same in all processes."""
    return same_for_all(prepared.place, lambda: new_run_dir(prepared.config))
