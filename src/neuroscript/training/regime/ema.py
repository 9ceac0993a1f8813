"""An average of the weights over the steps of training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.trainer.states import TrainerFn
from torch import Tensor

from neuroscript.config.sections import Ema
from neuroscript.contracts.schedule import of_run

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

TRAINED = "trained_weights"
"""The key of a checkpoint for the weights that are trained, whose averages are its model."""


class Averaging(Callback):
    """Averages what the optimizer trains; the model has the averages whenever it is looked at.

    They are validated and saved as the model itself, and stay in it when training ends. What is
    trained is saved beside them, so that a run goes on exactly.
    Early on, the average forgets faster than `decay` says, lest the first weights weigh too much.
    """

    def __init__(self, ema: Ema) -> None:
        self.ema = ema
        self._parameters: list[Tensor] = []
        self._resumed: dict[str, Tensor] = {}
        """What was trained when the checkpoint was written from which a run goes on."""

        self._averages: list[Tensor] = []
        """Empty as long as there is no average."""

        self._aside: list[Tensor] | None = None
        """What is trained, while the averages are in the model."""

        self._start, self._step = 0, 0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Takes up the averages of a run that goes on."""
        optimizer = trainer.optimizers[0]
        self._parameters = [p for group in optimizer.param_groups for p in group["params"]]
        steps = trainer.estimated_stepping_batches
        self._start = of_run(self.ema.start, 0 if math.isinf(steps) else int(steps))
        self._averages, self._aside, self._step = [], None, trainer.global_step
        resumed, self._resumed = self._resumed, {}
        if resumed:
            self._averages = [p.detach().clone() for p in self._parameters]
            named = dict(pl_module.named_parameters())
            _copy([named[name] for name in resumed], list(resumed.values()))

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Averages after a step of the optimizer."""
        step = trainer.global_step
        since = step - max(1, self._start)
        if step == self._step or since < 0 or since % self.ema.every:
            return
        self._step = step
        if not self._averages:
            self._averages = [p.detach().clone() for p in self._parameters]
            return
        done = since // self.ema.every
        decay = min(self.ema.decay, (1 + done) / (10 + done))
        with torch.no_grad():
            torch._foreach_lerp_(self._averages, self._parameters, 1.0 - decay)

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Puts the averages into the model."""
        if self._averages and self._aside is None:
            self._put_in()

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Puts what is trained back."""
        if self._aside is not None and trainer.state.fn == TrainerFn.FITTING:
            self._put_back()

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Leaves the averages in the model."""
        self.on_validation_start(trainer, pl_module)

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Forgets what is not needed any more."""
        if stage == "fit":
            self._parameters, self._averages, self._aside = [], [], None

    def on_save_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Saves the averages as the model, and what is trained beside them."""
        if not self._averages:
            return
        trained = self._aside or self._parameters
        pairs = zip(self._averages, trained, strict=True)
        both = dict(zip(map(id, self._parameters), pairs, strict=True))
        weights, beside = checkpoint["state_dict"], {}
        for name, parameter in pl_module.named_parameters(remove_duplicate=False):
            if name in weights and id(parameter) in both:
                weights[name], raw = both[id(parameter)]
                beside[name] = raw.detach()
        checkpoint[TRAINED] = beside

    def on_load_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Takes up what is trained."""
        self._resumed = checkpoint.get(TRAINED, {})

    def _put_in(self) -> None:
        self._aside = [p.detach().clone() for p in self._parameters]
        _copy(self._parameters, self._averages)

    def _put_back(self) -> None:
        assert self._aside is not None
        _copy(self._parameters, self._aside)
        self._aside = None


def _copy(parameters: list[Tensor], values: list[Tensor]) -> None:
    with torch.no_grad():
        torch._foreach_copy_(parameters, values)
