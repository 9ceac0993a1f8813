"""The best states of a run, by a metric."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightning.pytorch.callbacks import Checkpoint

from neuroscript.contracts.checkpoint.files import CheckpointError
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.checkpoints.errors import NotKept
from neuroscript.training.checkpoints.last import problem_of
from neuroscript.training.checkpoints.settings import CheckpointSettings
from neuroscript.training.processes.saving import save
from neuroscript.training.processes.sharding import is_torn
from neuroscript.training.stop import QuitAtOnce

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer


class BestCheckpoints(Checkpoint):
    """Keeps the best states by a metric, as `best-<step>`.

    What a validation finds to be good is written before the next step, when everything about the
    one before is done, so that a run can be gone on with from there.
    """

    def __init__(
        self, folder: Path, settings: CheckpointSettings, warn: Callable[[Diagnostic], None]
    ) -> None:
        assert settings.monitor is not None
        self.folder = folder
        self.monitor = settings.monitor
        self.mode = settings.mode
        self.keep = settings.keep
        self.suffix = settings.contract.suffix
        self.warn = warn
        self.kept: dict[str, float] = {}
        """The files that are kept, the best first, each with its value of the metric."""

        self._found: tuple[int, float] | None = None

    @property
    def best_model_path(self) -> str:
        """The best state; empty if there is none."""
        there = (self.folder / name for name in self.kept)
        return next((str(path) for path in there if path.is_file()), "")

    @property
    def best_model_score(self) -> float | None:
        """Its value of the metric."""
        return next(iter(self.kept.values()), None)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Looks whether the state is good enough, by a metric of validation."""
        in_training = trainer.state.fn == "fit" and not trainer.sanity_checking
        if in_training and not self.monitor.startswith("train_"):
            self._look(trainer)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Looks whether the state is good enough, by a metric of training."""
        if self.monitor.startswith("train_"):
            self._look(trainer)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """After a failure, so that what was found good is not lost."""
        if not isinstance(exception, QuitAtOnce) and not is_torn(trainer):
            self.write(trainer)

    def write(self, trainer: Trainer) -> None:
        """Writes what was found good, and removes what is not among the best any more."""
        if self._found is None:
            return
        (step, value), self._found = self._found, None
        path = self.folder / f"best-{step}{self.suffix}"
        before = self.kept
        ranked = sorted({**before, path.name: value}.items(), key=lambda item: self._cost(item[1]))
        self.kept = dict(ranked[: self.keep])
        try:
            save(trainer, path)
        except (CheckpointError, OSError) as error:
            self.kept = before
            self.warn(NotKept(said("checkpoint", str(path)), problem_of(error), None))
            return
        for name in before:
            if name not in self.kept:
                trainer.strategy.remove_checkpoint(self.folder / name)

    def tidy(self, trainer: Trainer) -> None:
        """Removes what a run that was killed wrote after the state it was gone on with from."""
        for path in self.folder.glob(f"best-*{self.suffix}"):
            if path.name not in self.kept:
                trainer.strategy.remove_checkpoint(path)

    def state_dict(self) -> dict[str, Any]:
        """What is kept."""
        return {"kept": dict(self.kept), "monitor": self.monitor}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up what was kept, unless another metric is watched now."""
        if state_dict["monitor"] == self.monitor:
            self.kept = dict(state_dict["kept"])

    def _look(self, trainer: Trainer) -> None:
        found = trainer.callback_metrics.get(self.monitor)
        if found is None or self.keep == 0:
            return
        value = float(found)
        worst = max(map(self._cost, self.kept.values()), default=math.inf)
        if len(self.kept) < self.keep or self._cost(value) < worst:
            self._found = (trainer.global_step, value)

    def _cost(self, value: float) -> float:
        """A number that is less for what is better."""
        if math.isnan(value):
            return math.inf
        return value if self.mode == "min" else -value
