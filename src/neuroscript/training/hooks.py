"""The hooks that turn a LightningModule with a `.model` into one trained by contracts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from neuroscript.contracts import create_logger, create_optimizer
from neuroscript.training.batch import Ports
from neuroscript.training.component import Component
from neuroscript.training.errors import NonFiniteLoss, NonFiniteLossError, said
from neuroscript.training.head import Head
from neuroscript.training.journal import Journal
from neuroscript.training.loggers import LoggerEnds, Loggers
from neuroscript.training.meter import Meter
from neuroscript.training.objective import Objective, make_objective
from neuroscript.training.probe import input_names
from neuroscript.training.unplanned import objective_from_batch

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer
    from lightning.pytorch.callbacks import Callback
    from torch.optim import Optimizer

    _Module = LightningModule
else:
    _Module = object

SAVED_AS = "neuroscript"
"""The key of a Lightning checkpoint under which the heads are kept."""


@dataclass
class _State:
    """What a run holds beside the model, kept off the module so that no hook pays for it."""

    task: str | dict[str, str] | None
    loss: Component | None
    optimizer: Component
    lr: float
    metrics: list[Component] | None
    logger: Component | list[Component]
    log_every: int
    loggers: Loggers | None = None
    folders: Sequence[Path] = (Path(),)
    objective: Objective | None = None
    journal: Journal = field(default_factory=Journal)
    meters: dict[str, Meter] = field(default_factory=dict)
    told: int = 0
    """The step up to which training has been told of."""

    latest: dict[str, float] = field(default_factory=dict)
    watched: bool = False
    """Whether a callback watches a training metric at the end of each epoch."""


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
        metrics: list[Component] | None = None,
        logger: Component | list[Component] = "console",
        log_every: int = 100,
    ) -> None:
        """Says by name what the hooks use; None is inferred from the first batch."""
        self._state = _State(task, loss, optimizer, lr, metrics, logger, log_every)

    def adopt(
        self,
        objective: Objective,
        loggers: Iterable[Callback] | None = None,
        folders: Sequence[Path] = (Path(),),
    ) -> None:
        """Takes what was planned, instead of making it by name and from the first batch."""
        state = self._state
        state.objective, state.folders, state.meters = objective, folders, {}
        if loggers is not None:
            state.loggers = Loggers(loggers)
        if len(objective.parts) == 1:
            head = objective.parts[0].head
            settled = {"task": head.task, "loss": head.loss, "metrics": head.metrics}
            self.hparams.update({k: v for k, v in settled.items() if k in self.hparams})

    @property
    def told_loggers(self) -> Loggers:
        """The loggers, as one; made by name when they are first asked for."""
        state = self._state
        if state.loggers is None:
            names = state.logger if isinstance(state.logger, list) else [state.logger]
            made = [create_logger(name, folders=state.folders) for name in names]
            state.loggers = Loggers(made)
        return state.loggers

    @property
    def objective(self) -> Objective | None:
        """What is minimised; None until it was planned or inferred."""
        return self._state.objective

    @property
    def latest(self) -> dict[str, float]:
        """What was last told of each metric, by names such as `train_loss`."""
        return self._state.latest

    def recent_loss(self) -> float | None:
        """The loss of the last step, waiting for the device."""
        found = self._state.journal.last()
        return found if found is not None else self._state.latest.get("train_loss")

    # What Lightning calls, in the order of a run

    def configure_callbacks(self) -> list[Callback]:
        """The loggers, which are callbacks, and what ends them."""
        return [*self.told_loggers.callbacks, LoggerEnds(self.told_loggers)]

    def configure_optimizers(self) -> Optimizer:
        """The optimizer of the registry over the neuron's parameters."""
        state = self._state
        return create_optimizer(state.optimizer, self.model, state.lr, folders=state.folders)

    def on_fit_start(self) -> None:
        """Tells the loggers what is about to be trained."""
        state = self._state
        state.told = self.trainer.global_step
        watched = (getattr(c, "monitor", None) for c in self.trainer.callbacks)  # type: ignore[attr-defined]
        state.watched = any(str(name).startswith("train_") for name in watched)
        self.told_loggers.begin(dict(self.hparams), self.model)

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        """The loss of a batch; its value is read later, once an interval."""
        state = self._state
        outcome = self._objective(batch).outcome(self.model, batch)
        state.journal.add(outcome.loss)
        state.journal.keep(outcome, state.log_every)
        return outcome.loss

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Tells of the interval that a step completes."""
        step = self.trainer.global_step
        if step % self._state.log_every == 0 and step != self._state.told:
            told = self._tell_of_training()
            self.log_dict(told, on_step=True, on_epoch=False)

    def on_validation_start(self) -> None:
        """Tells of training so far, so that both lines stand at the same step."""
        if not self.trainer.sanity_checking:
            self._tell_of_training()

    def on_train_epoch_end(self) -> None:
        """Tells of training so far after the last epoch, or where a callback watches each."""
        trainer = self.trainer
        if self._state.watched or trainer.should_stop or _is_last_epoch(trainer):
            self._tell_of_training()
            latest = self._state.latest
            self.log_dict({k: v for k, v in latest.items() if k.startswith("train_")})

    def on_train_end(self) -> None:
        """Tells of the steps after the last full interval."""
        self._tell_of_training()

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        """Takes a batch into the validation metrics."""
        self._evaluate("val", batch)

    def test_step(self, batch: Any, batch_idx: int) -> None:
        """Takes a batch into the test metrics."""
        self._evaluate("test", batch)

    def on_validation_epoch_end(self) -> None:
        """Tells the validation metrics."""
        if self.trainer.sanity_checking:
            self._state.meters.pop("val", None)
        else:
            self._tell_of_evaluation("val")

    def on_test_epoch_end(self) -> None:
        """Tells the test metrics."""
        self._tell_of_evaluation("test")

    def predict_step(self, batch: Any, batch_idx: int) -> Any:
        """What the neuron gives for a batch, targets left aside."""
        objective = self._state.objective
        if objective is not None:
            return self.model(*objective.inputs(batch))
        return self.model(*Ports(input_names(self.model), ()).unpack(batch)[0])

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keeps what was inferred, so that it need not be inferred again."""
        data = self.settled()
        if data is not None:
            checkpoint[SAVED_AS] = data

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Takes up what was inferred."""
        if SAVED_AS in checkpoint:
            self.settle(checkpoint[SAVED_AS])

    # What was inferred, as plain data

    def settled(self) -> dict[str, Any] | None:
        """The ports and heads in use; None before the first batch."""
        objective = self._state.objective
        if objective is None:
            return None
        return {
            "inputs": list(objective.ports.inputs),
            "outputs": list(objective.ports.outputs),
            "fractions": list(objective.fractions),
            "heads": [part.head.as_data() for part in objective.parts],
        }

    def settle(self, data: dict[str, Any]) -> None:
        """Takes up what `settled` gave."""
        heads = [Head.from_data(head) for head in data["heads"]]
        ports = Ports(tuple(data["inputs"]), tuple(data["outputs"]))
        folders = self._state.folders
        self.adopt(
            make_objective(heads, ports, data["fractions"], folders=folders), folders=folders
        )

    def _objective(self, batch: Any) -> Objective:
        state = self._state
        if state.objective is None:
            state.objective = objective_from_batch(
                self.model, batch, state.task, state.loss, state.metrics, state.folders
            )
        return state.objective

    def _meter(self, phase: str) -> Meter:
        state = self._state
        assert state.objective is not None
        if phase not in state.meters:
            state.meters[phase] = Meter(state.objective)
        return state.meters[phase]

    def _evaluate(self, phase: str, batch: Any) -> None:
        outcome = self._objective(batch).outcome(self.model, batch)
        self._meter(phase).add(outcome)

    def _tell_of_evaluation(self, phase: str) -> None:
        told = self._meter(phase).read()
        named = {f"{phase}_{name}": value for name, value in told.items()}
        self._state.latest.update(named)
        self.told_loggers.tell(self.trainer.global_step, told, phase)
        self.log_dict(named)

    def _tell_of_training(self) -> dict[str, float]:
        """The mean loss and the metrics since last time, told to the loggers.

        Raises NonFiniteLossError with the step at which the loss stopped being a number.
        """
        state = self._state
        if not state.journal:
            return {}
        interval = state.journal.read()
        if interval.strange is not None:
            batches, value = interval.strange
            step = state.told + batches // self.trainer.accumulate_grad_batches + 1
            place = said("lr", f"{state.lr:g}")
            raise NonFiniteLossError([NonFiniteLoss(place, step, str(value), state.lr)])
        told = {"loss": interval.loss}
        outcome = state.journal.outcome()
        if outcome is not None:
            meter = self._meter("train")
            meter.add(outcome)
            told = {**meter.read(), **told}
        state.told = self.trainer.global_step
        named = {f"train_{name}": value for name, value in told.items()}
        state.latest.update(named)
        self.told_loggers.tell(state.told, told, "train")
        return named


def _is_last_epoch(trainer: Trainer) -> bool:
    last = trainer.max_epochs is not None and trainer.current_epoch + 1 == trainer.max_epochs
    return last or 0 < trainer.max_steps <= trainer.global_step
