"""What a LightningModule trained by contracts holds beside its model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from neuroscript.config import Config
from neuroscript.contracts import create_logger
from neuroscript.contracts.dataloader.columns import Encoding
from neuroscript.training.batch import Ports
from neuroscript.training.component import Component, Metrics
from neuroscript.training.head import Head
from neuroscript.training.input_port import InputPort
from neuroscript.training.journal import Journal
from neuroscript.training.loggers import Loggers
from neuroscript.training.meter import Meter
from neuroscript.training.normal import Normal
from neuroscript.training.objective import Objective, Outcome, make_objective
from neuroscript.training.processes.together import of_all
from neuroscript.training.unplanned import objective_from_batch

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from neuroscript.training.processes.shards import Shards
    from neuroscript.training.regime.compiled import Compiled
    from neuroscript.training.regime.ema import Averaging
    from neuroscript.training.regime.freeze import Frozen
    from neuroscript.training.regime.recompute import Recomputing


@dataclass
class State:
    """What was asked for by name, what was made of it, and what was told so far.

    It is no part of the module tree, so that no step pays for looking at it.
    """

    task: str | dict[str, str] | None
    loss: Component | None
    optimizer: Component
    lr: float
    metrics: Metrics | None
    logger: Component | list[Component]
    log_every: int
    folders: Sequence[Path] = (Path(),)
    objective: Objective | None = None
    """What is minimised; None until it was planned or inferred."""

    encoding: Encoding | None = None
    """How rows of plain data become batches; None where the loader does not say."""

    journal: Journal = field(default_factory=Journal)
    told: int = 0
    """The step up to which training has been told of."""

    batches: int = 0
    """How many training batches were remembered since the run began."""

    latest: dict[str, float] = field(default_factory=dict)
    """What was last told of each metric, by names such as `train_loss`."""

    watched: bool = False
    """Whether a callback watches a training metric at the end of each epoch."""

    config: Config | None = None
    """How the weights are trained, in section `training`; None: as they come."""

    batch: Any = None
    """The batch of the step in hand."""

    frozen: Frozen | None = None
    averaging: Averaging | None = None
    recomputing: Recomputing | None = None
    compiled: Compiled | None = None
    shards: Shards | None = None
    """The parts of the model, while each process has one."""

    scheduled: Optimizer | None = None
    """The optimizer, if its learning rate changes."""

    last_lr: float | None = None
    """The learning rate of the last step, if it changes: that of the last group, as `lr` says."""

    _loggers: Loggers | None = None
    _meters: dict[str, Meter] = field(default_factory=dict)

    @property
    def loggers(self) -> Loggers:
        """The loggers as one; made by name when they are first asked for."""
        if self._loggers is None:
            names = self.logger if isinstance(self.logger, list) else [self.logger]
            self._loggers = Loggers([create_logger(name, folders=self.folders) for name in names])
        return self._loggers

    @loggers.setter
    def loggers(self, loggers: Loggers) -> None:
        self._loggers = loggers

    def told_to_loggers(self, hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
        """What the run is set to: the module's arguments, and the config if it comes from one."""
        config = self.config
        if config is None or (config.data.train is None and config.data.format is None):
            return dict(hyperparameters)
        return {**hyperparameters, "config": config.model_dump(mode="json", exclude_none=True)}

    def recent_loss(self) -> float | None:
        """The loss of the last step, waiting for the device."""
        found = self.journal.last()
        return found if found is not None else self.latest.get("train_loss")

    def objective_for(self, model: nn.Module, batch: Any) -> Objective:
        """The objective, inferred from this batch if there is none yet."""
        if self.objective is None:
            self.objective = objective_from_batch(
                model, batch, self.task, self.loss, self.metrics, self.folders
            )
        return self.objective

    def adopt(self, objective: Objective) -> None:
        """Takes an objective that was planned or saved."""
        self.objective = objective
        self._meters = {}

    def meter(self, phase: str) -> Meter:
        """What adds up the metrics of train, val or test."""
        assert self.objective is not None
        if phase not in self._meters:
            self._meters[phase] = Meter(self.objective)
        return self._meters[phase]

    def remember(self, outcome: Outcome) -> None:
        """Keeps what a training batch came to until it is told."""
        self.journal.add(outcome)
        self.batches += 1
        if self.journal.is_full:
            self._add_up()

    def forget_beyond(self, batches: int) -> None:
        """Forgets the batches that came after so many, whose steps were not ended."""
        self.journal.forget(self.batches - batches)
        self.batches = min(self.batches, batches)

    def strange(self, batches_per_step: int) -> tuple[int, float] | None:
        """The step at which the loss stopped being a number, and what it was; None if it is one."""
        strange = [one for one in of_all(self.journal.strange()) if one is not None]
        found = min(strange, key=lambda one: one.batches, default=None)
        if found is None:
            return None
        return self.told + found.batches // batches_per_step + 1, found.loss

    def tell_of_training(self, step: int) -> dict[str, float]:
        """Tells the loggers the mean loss and the metrics since last time; gives them by name."""
        self._add_up()
        self.told = step
        metrics = self.meter("train").read()
        if self.last_lr is not None:
            self.loggers.tell(step, metrics | {"lr": self.last_lr}, "train")
            return self._named(metrics, "train")
        return self._tell(step, metrics, "train")

    def best_of(self, metric: str) -> str | None:
        """Whether `min` or `max` of a metric such as `val_loss` is best, None if not known yet."""
        _, _, name = metric.partition("_")
        if name == "loss":
            return "min"
        return Meter(self.objective).best().get(name) if self.objective is not None else None

    def tell_of_evaluation(self, step: int, phase: str) -> dict[str, float]:
        """Tells the loggers the metrics of all batches of val or test; gives them by name."""
        return self._tell(step, self.meter(phase).read(), phase)

    def _add_up(self) -> None:
        """Takes what the journal keeps into the metrics."""
        kept = self.journal.taken_out()
        if kept is not None:
            self.meter("train").add(kept)

    def _tell(self, step: int, metrics: dict[str, float], phase: str) -> dict[str, float]:
        self.loggers.tell(step, metrics, phase)
        return self._named(metrics, phase)

    def _named(self, metrics: dict[str, float], phase: str) -> dict[str, float]:
        """The metrics by names such as `train_loss`, remembered as the latest."""
        named = {f"{phase}_{name}": value for name, value in metrics.items()}
        self.latest.update(named)
        return named

    def progress(self) -> dict[str, Any]:
        """What was remembered and not yet told, and what was last told, for a checkpoint."""
        return {
            "told": self.told,
            "batches": self.batches,
            "latest": dict(self.latest),
            "lr": self.last_lr,
            "journal": self.journal.progress(),
            "meter": self._meters["train"].progress() if "train" in self._meters else None,
        }

    def go_on_from(self, progress: dict[str, Any]) -> None:
        """Takes up what `progress` gave."""
        self.told, self.batches = progress["told"], progress["batches"]
        self.latest, self.last_lr = dict(progress["latest"]), progress["lr"]
        self.journal.go_on_from(progress["journal"])
        if progress["meter"] is not None and self.objective is not None:
            self.meter("train").go_on_from(progress["meter"])

    def as_data(self) -> dict[str, Any] | None:
        """The ports and heads in use as plain data; None before the first batch."""
        if self.objective is None:
            return None
        encoding = None if self.encoding is None else self.encoding.as_data()
        return {
            "encoding": encoding,
            "inputs": list(self.objective.ports.inputs),
            "outputs": list(self.objective.ports.outputs),
            "alone": sorted(self.objective.ports.alone),
            "padding": dict(self.objective.ports.padding),
            "fractions": list(self.objective.fractions),
            "normals": [None if n is None else n.as_data() for n in self.objective.normals],
            "taken": [port.as_data() for port in self.objective.taken],
            "heads": [part.head.as_data() for part in self.objective.parts],
        }

    def take_up(self, data: dict[str, Any]) -> None:
        """Adopts what `as_data` gave."""
        told = data.get("encoding")
        self.encoding = None if told is None else Encoding.from_data(told)
        heads = [Head.from_data(head) for head in data["heads"]]
        inputs, outputs = tuple(data["inputs"]), tuple(data["outputs"])
        ports = Ports(inputs, outputs, frozenset(data["alone"]), data.get("padding", {}))
        taken = [InputPort.from_data(port) for port in data.get("taken", ())]
        made = make_objective(heads, ports, data["fractions"], folders=self.folders, taken=taken)
        normals = (
            None if one is None else Normal.from_data(one) for one in data.get("normals", ())
        )
        self.adopt(replace(made, normals=tuple(normals)))
