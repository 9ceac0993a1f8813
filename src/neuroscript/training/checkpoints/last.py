"""The newest state of a run, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightning.pytorch.callbacks import Checkpoint

from neuroscript.training.errors import NonFiniteLossError

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer


class LastCheckpoint(Checkpoint):
    """Keeps the newest state in one file: every so many steps, at the end, and after a failure.

    A state spoilt by a loss that is not a number does not replace the last good one.
    """

    def __init__(self, path: Path, every: int) -> None:
        self.path = path
        self.every = every
        self.saved_at: int | None = None
        """The step of the state in the file."""

    @property
    def saved(self) -> Path | None:
        """The file, None as long as nothing was saved."""
        return None if self.saved_at is None else self.path

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """After each interval of steps."""
        if trainer.global_step % self.every == 0:
            self._save(trainer)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """After the last step."""
        self._save(trainer)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """After a failure, so that what was learnt is not lost."""
        if not isinstance(exception, NonFiniteLossError):
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        if trainer.global_step not in (0, self.saved_at):
            trainer.save_checkpoint(self.path)
            self.saved_at = trainer.global_step
