"""The hooks that turn a LightningModule with a `.model` into one trained by contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from torch import Tensor, nn

from neuroscript.config import Config, load_config
from neuroscript.training.batch import Ports
from neuroscript.training.blame.watch import check_gradient, check_loss, non_finite
from neuroscript.training.component import Component, Metrics
from neuroscript.training.loggers import LoggerEnds, Loggers
from neuroscript.training.materialise import materialise
from neuroscript.training.objective import Objective
from neuroscript.training.probe import input_names
from neuroscript.training.processes.sharding import shards_for
from neuroscript.training.regime import REGIME
from neuroscript.training.regime.callbacks import callbacks_of
from neuroscript.training.regime.compiled import Compiled
from neuroscript.training.regime.optimizing import optimizer_of
from neuroscript.training.regime.recompute import recomputed_layers
from neuroscript.training.state import State

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer
    from lightning.pytorch.callbacks import Callback

    _Module = LightningModule
else:
    _Module = object

SAVED_AS = "neuroscript"
"""The key of a Lightning checkpoint under which it is kept what was inferred."""


class RegistryHooks(_Module):
    """Loss, optimizer, metrics and loggers of a LightningModule, by name from the registry.

    The class that mixes it in sets `self.model` and calls `use_contracts` in its `__init__`.
    Batches are dicts `{"input": …, "target": …}` or pairs. What is not said is inferred from the
    first batch. Metrics are logged as `train_loss`, `val_loss`, `val_accuracy` and so on.
    """

    model: nn.Module

    def use_contracts(
        self,
        task: str | dict[str, str] | None = None,
        loss: Component | None = None,
        optimizer: Component = "adam",
        lr: float = 0.001,
        metrics: Metrics | None = None,
        logger: Component | list[Component] = "console",
        log_every: int = 100,
        **regime: Any,
    ) -> None:
        """Says by name what the hooks use; None is inferred from the first batch.

        `regime` says how the weights are trained, as section `training` of a config does:
        `schedule`, `groups`, `freeze`, `ema`, `gradient_checkpointing`, `compile`. Raises
        ConfigError for what is wrong with it.
        """
        self.state = State(task, loss, optimizer, lr, metrics, logger, log_every)
        if unknown := sorted(regime.keys() - set(REGIME)):
            raise TypeError(f"{type(self).__name__} has no keyword `{unknown[0]}`")
        given = {key: value for key, value in regime.items() if value not in (None, False)}
        if given:
            self.state.config = load_config({"training": given})

    def adopt(
        self,
        objective: Objective,
        loggers: Iterable[Callback],
        folders: Sequence[Path],
        config: Config | None = None,
    ) -> None:
        """Takes what was planned, instead of making it by name and from the first batch."""
        self.state.folders = folders
        self.state.config = config
        self.state.loggers = Loggers(loggers)
        self.state.adopt(objective)
        if len(objective.parts) == 1:
            head = objective.parts[0].head
            settled = {"task": head.task, "loss": head.loss, "metrics": head.metrics}
            self.hparams.update({k: v for k, v in settled.items() if k in self.hparams})

    def configure_callbacks(self) -> list[Callback]:
        """The loggers, which are callbacks, what ends them, and what looks after the weights."""
        loggers = self.state.loggers
        return [*loggers.callbacks, LoggerEnds(loggers), *callbacks_of(self)]

    def configure_model(self) -> None:
        """Leaves to each process its part of the model, where the strategy is `fsdp`."""
        state = self.state
        if state.shards is not None or (shards := shards_for(self)) is None:
            return
        state.shards, self.model = shards, shards.model
        if state.recomputing is not None and state.config is not None:
            state.recomputing.layers = list(recomputed_layers(self.model, state.config).values())

    def put_together(self) -> None:
        """Gives the model all its weights again; all processes have to come by."""
        shards, self.state.shards = self.state.shards, None
        if shards is not None:
            self.model = shards.put_together()

    def configure_optimizers(self) -> Any:
        """The optimizer of the registry over the neuron's parameters, and its schedule."""
        late = materialise(self)
        made = optimizer_of(self)
        for layer in late:
            layer.seal()
        return made

    def lr_scheduler_step(self, scheduler: Any, metric: Any) -> None:
        """Remembers the learning rate of the step that was, and goes on to the next.

        A schedule that a subclass made by itself is only stepped.
        """
        if self.state.scheduled is not None:
            self.state.last_lr = self.state.scheduled.param_groups[-1]["lr"]
        super().lr_scheduler_step(scheduler, metric)

    def on_fit_start(self) -> None:
        """Tells the loggers what is about to be trained."""
        callbacks: list[Callback] = self.trainer.callbacks  # type: ignore[attr-defined]
        watched = (str(getattr(callback, "monitor", None)) for callback in callbacks)
        self.state.watched |= any(name.startswith("train_") for name in watched)
        self.state.told = self.trainer.global_step
        self.state.loggers.begin(self.state.told_to_loggers(self.hparams), self.model)

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        """The loss of a batch; where its value has to be waited for, it is read once an interval.

        Raises NonFiniteLossError.
        """
        state = self.state
        outcome = state.objective_for(self.model, batch).outcome(self._called, batch)
        state.batch = batch
        check_loss(self, batch, outcome.loss)
        state.remember(outcome)
        return outcome.loss

    def on_before_optimizer_step(self, optimizer: Any) -> None:
        """Looks whether the gradient is a number; raises NonFiniteLossError."""
        check_gradient(self)

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Tells of the interval that a step completes."""
        step = self.trainer.global_step
        if step % self.state.log_every == 0 and step != self.state.told:
            self.log_dict(self._tell_of_training(), on_step=True, on_epoch=False)

    def on_validation_start(self) -> None:
        """Tells of training so far, so that both lines stand at the same step."""
        if not self.trainer.sanity_checking:
            self._tell_of_training()

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        """Takes a batch into the validation metrics."""
        self._evaluate("val", batch)

    def on_validation_epoch_end(self) -> None:
        """Tells the validation metrics; those of a trial before training are for nobody."""
        if self.trainer.sanity_checking:
            self.state.meter("val").read()
        else:
            self.log_dict(self.state.tell_of_evaluation(self.trainer.global_step, "val"))

    def on_train_epoch_end(self) -> None:
        """Tells of training so far after the last epoch, or where a callback watches each."""
        trainer = self.trainer
        if self.state.watched or trainer.should_stop or _is_last_epoch(trainer):
            self._tell_of_training()
            latest = self.state.latest
            self.log_dict({k: v for k, v in latest.items() if k.startswith("train_")})

    def on_train_end(self) -> None:
        """Tells of the steps after the last full interval."""
        self._tell_of_training()

    def test_step(self, batch: Any, batch_idx: int) -> None:
        """Takes a batch into the test metrics."""
        self._evaluate("test", batch)

    def on_test_epoch_end(self) -> None:
        """Tells the test metrics."""
        self.log_dict(self.state.tell_of_evaluation(self.trainer.global_step, "test"))

    def predict_step(self, batch: Any, batch_idx: int) -> Any:
        """What the neuron gives for a batch, targets left aside."""
        objective = self.state.objective
        if objective is not None:
            return self.model(*objective.inputs(batch))
        return self.model(*Ports(input_names(self.model), ()).unpack(batch)[0])

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keeps what was inferred, so that it need not be inferred again."""
        settled = self.state.as_data()
        if settled is not None:
            checkpoint[SAVED_AS] = settled

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Takes up what was inferred."""
        if SAVED_AS in checkpoint:
            self.state.take_up(checkpoint[SAVED_AS])

    def _evaluate(self, phase: str, batch: Any) -> None:
        outcome = self.state.objective_for(self.model, batch).outcome(self._called, batch)
        self.state.meter(phase).add(outcome)

    @property
    def _called(self) -> Callable[..., Any]:
        """The model, or what the compiler made of it."""
        state = self.state
        if state.config is None or not state.config.training.compile:
            return self.model
        if state.compiled is None:
            state.compiled = Compiled(self.model, state.config)
        return state.compiled

    def train(self, mode: bool = True) -> Self:
        """The mode of the module; what is frozen stays in evaluation mode."""
        super().train(mode)
        frozen = self.__dict__["state"].frozen if "state" in self.__dict__ else None
        for norm in frozen.norms if frozen is not None else ():
            norm.eval()
        return self

    def _tell_of_training(self) -> dict[str, float]:
        state, trainer = self.state, self.trainer
        if not state.journal:
            return {}
        strange = state.strange(trainer.accumulate_grad_batches)
        if strange is not None:
            raise non_finite(self, *strange)
        return state.tell_of_training(trainer.global_step)


def _is_last_epoch(trainer: Trainer) -> bool:
    last = trainer.max_epochs is not None and trainer.current_epoch + 1 == trainer.max_epochs
    return last or 0 < trainer.max_steps <= trainer.global_step
