"""The moments between two batches at which a run is saved, ended, or gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightning.pytorch.callbacks import Callback, WeightAveraging

from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.checkpoints.best import BestCheckpoints
from neuroscript.training.checkpoints.contract_io import ContractCheckpointIO
from neuroscript.training.checkpoints.errors import StateLeftOut
from neuroscript.training.checkpoints.last import LastCheckpoint
from neuroscript.training.checkpoints.moment import (
    before_validation,
    for_lightning,
    moment,
    position,
    stand_again,
)
from neuroscript.training.errors import TrainingError
from neuroscript.training.processes.moments import by_process, for_process
from neuroscript.training.resuming.errors import CannotGoOn
from neuroscript.training.stop import StopOnSignal, Stopped

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

SAVED_AS = "moment"
"""The key of Lightning's checkpoint under which it is kept where the run stands."""


class SavePoint(Callback):
    """Lets checkpoints be written, and signals be obeyed, only between two batches.

    Stands before all other callbacks, so that what they do at random comes after.
    """

    def __init__(
        self,
        last: LastCheckpoint,
        best: BestCheckpoints | None,
        stop: StopOnSignal,
        io: ContractCheckpointIO,
        warn: Callable[[Diagnostic], None],
    ) -> None:
        self.last = last
        self.best = best
        self.stop = stop
        self.io = io
        self.warn = warn
        self.began = False
        self.ended = False
        self._trainer: Trainer | None = None
        self._to_go_on_from: dict[str, Any] | None = None
        self._most_steps: int | None = None
        self._validation: dict[str, Any] | None = None

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Remembers the Trainer."""
        self._trainer = trainer

    def between(self) -> None:
        """Before each training batch, once everything about the one before is done."""
        trainer = self._trainer
        if trainer is None or not self.began:
            return  # Lightning looks at a first batch early where a loader has no length
        self._stand_again(trainer)
        if self.best is not None:
            self.best.write(trainer)
        self.last.save_if_due(trainer)
        self._obey()

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Fills the optimizer of a run that goes on; there was none before."""
        self.began = True
        if self._to_go_on_from is None:
            return
        path = str(trainer.ckpt_path)
        self.io.load_optimizer(path)
        if _states(trainer) < self._to_go_on_from.get("optimizer", 0):
            reason = "its format has not kept the state of the optimizer"
            raise TrainingError([CannotGoOn(said("--resume", path), path, reason)])

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Remembers where the run stands, lest the validation is broken off."""
        if trainer.state.fn == "fit" and not trainer.sanity_checking:
            self._stand_again(trainer)
            self._validation = before_validation(trainer)
            self._obey()

    def on_validation_batch_end(self, trainer: Trainer, *_: Any) -> None:
        """Breaks a validation off, unless averaged weights stand in the model while it lasts."""
        averages = any(isinstance(callback, WeightAveraging) for callback in trainer.callbacks)  # type: ignore[attr-defined]
        if self._validation is not None and not averages:
            self._obey()

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """The validation is done."""
        self._validation = None

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Saves the last state."""
        self.ended = True
        if self.best is not None:
            self.best.write(trainer)
            self.best.tidy(trainer)
        self.last.save_at_last(trainer)
        if self.io.left_out:
            places = ", ".join(f"`{place}`" for place in self.io.left_out)
            self.warn(StateLeftOut(said("state", places), places))

    def finish(self, trainer: Trainer) -> None:
        """After training: takes up what a run had come to of which nothing was left to train."""
        saved, self._to_go_on_from = self._to_go_on_from, None
        if saved is not None:
            self.io.module.state.go_on_from(saved["progress"])
            self.last.take_up(trainer, Path(str(trainer.ckpt_path)))

    def on_save_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Adds where the run stands, and lets Lightning's own state lead there."""
        module: Any = pl_module
        now = moment(trainer, module, self._validation)
        told = {"ended": self.ended, "optimizer": _states(trainer)}
        checkpoint[SAVED_AS] = {**now, **told, **by_process(now)}
        checkpoint["loops"] = {"fit_loop": for_lightning(now)}

    def on_load_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Takes up where the run stood."""
        saved = checkpoint.get(SAVED_AS)
        if saved is None:
            return
        parts = self.io.module.state.shards is not None
        saved = for_process(saved, trainer.global_rank, parts)
        self._to_go_on_from = saved
        self.last.armed = False
        datamodule: Any = trainer.datamodule  # type: ignore[attr-defined]
        datamodule.begin_at(*position(saved))
        if saved["kind"] == "validation":
            # Lightning would end at once after the last step, without the validation of it.
            self._most_steps = trainer.fit_loop.epoch_loop.max_steps
            trainer.fit_loop.epoch_loop.max_steps = -1

    def _stand_again(self, trainer: Trainer) -> None:
        """Once, when a run that goes on has come to where it stood."""
        saved, self._to_go_on_from = self._to_go_on_from, None
        if saved is None:
            return
        stand_again(trainer, self.io.module, saved)
        self.io.module.state.go_on_from(saved["progress"])
        self.last.armed = True
        if self._most_steps is not None:
            trainer.fit_loop.epoch_loop.max_steps = self._most_steps
        if trainer.ckpt_path is not None and Path(trainer.ckpt_path) == self.last.path:
            self.last.take_up(trainer, self.last.path)

    def _obey(self) -> None:
        if self.stop.agree():
            raise Stopped


def _states(trainer: Trainer) -> int:
    """How many parameters the optimizer remembers something of."""
    return sum(len(optimizer.state) for optimizer in trainer.optimizers)
