"""The newest state of a run, in one file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightning.pytorch.callbacks import Checkpoint

from neuroscript.contracts.checkpoint.files import CheckpointError
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.blame.errors import NonFiniteLossError
from neuroscript.training.checkpoints.errors import NotKept, SavedElsewhere
from neuroscript.training.processes.saving import save
from neuroscript.training.processes.sharding import is_torn
from neuroscript.training.processes.together import of_first
from neuroscript.training.stop import QuitAtOnce

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

SECONDS_BETWEEN_TRIES = 60.0
"""How long to wait before another try where a checkpoint could not be written."""


class LastCheckpoint(Checkpoint):
    """Keeps the newest state in one file: every so many steps, at the end, and after a failure.

    A state spoilt by a loss that is not a number does not replace the last good one. Where the
    file cannot be written, that is told, the old one stays, and another try follows; the state at
    the end is then written to another folder.
    """

    def __init__(self, path: Path, every: int, warn: Callable[[Diagnostic], None]) -> None:
        self.path = path
        self.every = every
        self.warn = warn
        self.saved: Path | None = None
        """The file of the newest state that was saved; None as long as nothing was."""

        self.step: int | None = None
        """The step of that state."""

        self.problem: str | None = None
        """Why the newest state could not be saved; None if it could."""

        self.armed = True
        """Whether the run stands where its state says; not yet while it goes back to there."""

        self._batches: int | None = None
        self._again = 0.0

    def save_if_due(self, trainer: Trainer) -> None:
        """After each interval of steps, and a while after a failed try."""
        step = trainer.global_step
        due = step % self.every == 0 and step not in (0, self.step)
        if self.problem is not None:
            due = of_first(time.monotonic() >= self._again or due)
        if due and self._try(trainer, self.path):
            self.problem = None

    def save_at_last(self, trainer: Trainer) -> None:
        """After the last step, here or elsewhere."""
        if self._try(trainer, self.path):
            self.problem = None
            return
        for folder in dict.fromkeys(self._other_folders(trainer)):
            path = folder / self._name_elsewhere(trainer)
            if self._try(trainer, path, quiet=True):
                self.problem = None
                self.warn(SavedElsewhere(said("checkpoint", str(self.path)), str(path)))
                return

    def take_up(self, trainer: Trainer, path: Path) -> None:
        """Says that the state from which a run goes on is in a file."""
        self.saved, self.step, self._batches = path, trainer.global_step, _batches(trainer)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """After a failure, so that what was learnt is not lost."""
        if not self.armed or isinstance(exception, (NonFiniteLossError, QuitAtOnce)):
            return
        if is_torn(trainer):
            return
        if _batches(trainer) not in (0, self._batches):
            self.save_at_last(trainer)

    def _try(self, trainer: Trainer, path: Path, quiet: bool = False) -> bool:
        try:
            save(trainer, path)
        except (CheckpointError, OSError) as error:
            self.problem = problem_of(error)
            self._again = time.monotonic() + SECONDS_BETWEEN_TRIES
            if not quiet:
                place = said("checkpoint", str(path))
                self.warn(NotKept(place, self.problem, self.step if self.saved else None))
            return False
        self.saved, self.step, self._batches = path, trainer.global_step, _batches(trainer)
        return True

    def _other_folders(self, trainer: Trainer) -> list[Path]:
        own = Path(trainer.default_root_dir)
        return [own, Path(), Path.home(), Path(tempfile.gettempdir())]

    def _name_elsewhere(self, trainer: Trainer) -> str:
        parts = Path(trainer.default_root_dir).absolute().parts[-2:]
        return "-".join([*parts, "last"]) + self.path.suffix


def problem_of(error: CheckpointError | OSError) -> str:
    """Why a file could not be written."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    (diagnostic,) = error.diagnostics
    return str(getattr(diagnostic, "reason", diagnostic.message))


def _batches(trainer: Trainer) -> int:
    progress: Any = trainer.fit_loop.epoch_loop.batch_progress
    return int(progress.total.processed)
