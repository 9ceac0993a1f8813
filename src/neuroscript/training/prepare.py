"""From a config to everything that a run needs, every mistake found before the first step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from lightning import Trainer, seed_everything
from lightning.pytorch.callbacks import Callback
from torch import nn

from neuroscript.config import Config
from neuroscript.config.named.data_files import data_files
from neuroscript.contracts import create_logger, create_optimizer, load_plugin
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training.chatter import hushed
from neuroscript.training.checkpoints.settings import CheckpointSettings, checkpoint_settings
from neuroscript.training.data import Data, load_data
from neuroscript.training.errors import TrainingError
from neuroscript.training.failure import in_config
from neuroscript.training.handed_in import HandedIn
from neuroscript.training.hooks import RegistryHooks
from neuroscript.training.lone_sample import check_last_batch
from neuroscript.training.making import make_module
from neuroscript.training.mismatch import NothingToLearn
from neuroscript.training.neuron import Neuron, load_neuron
from neuroscript.training.normal import learn_normals
from neuroscript.training.planning import Plan
from neuroscript.training.processes.asked import check_found, check_layers
from neuroscript.training.processes.place import Place, place_of
from neuroscript.training.processes.start import forks, join
from neuroscript.training.refusals import check_split
from neuroscript.training.regime.survey import survey
from neuroscript.training.samples import Samples, look_at
from neuroscript.training.settle import settle
from neuroscript.training.settled import Settled
from neuroscript.training.subject import Subject
from neuroscript.training.summary import make_plan
from neuroscript.training.trainer import (
    batches_of,
    check_trainer_arguments,
    make_trainer,
    steps_between_lines,
    steps_of,
    trainer_arguments,
)
from neuroscript.training.watched import best_of_each, check_monitors
from neuroscript.training.weights import start_from


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that can start."""

    config: Config
    plan: Plan
    module: RegistryHooks
    data: Data
    checkpoint: CheckpointSettings
    best_of: dict[str, str]
    """For each metric that will be logged, whether min or max is best."""

    code: str | None
    """The generated Python of the neuron, None for a model that was handed in."""

    trial: Trainer
    """A Trainer with the arguments of the config, which shows what Lightning makes of them."""

    place: Place
    """Which of the processes of the run this is."""

    handed_in: HandedIn | None = None
    """A model that was handed in, for a run that may have to begin again with it."""

    def try_one_batch(self) -> float:
        """The loss of the first batch, forwards and backwards, without a step."""
        batch = next(iter(self.data.train))
        objective = self.module.state.objective
        assert objective is not None
        try:
            loss = objective.outcome(self.module.model, batch).loss
        except NeuroScriptError as error:
            raise in_config(error, self.config) from None
        torch.autograd.backward(loss)
        self.module.zero_grad()
        return float(loss.detach())


def prepare(config: Config, model: nn.Module | type[nn.Module] | None = None) -> Prepared:
    """Checks, compiles and loads everything, and infers what is not said.

    A model that is handed in is taken as it is; otherwise the config's neuron is made after
    seeding. Raises NeuroScriptError for every mistake that can be known before training.
    """
    for index, plugin in enumerate(config.plugins):
        load_plugin(plugin, config.folders, config.where(f"plugins.{index}"))
    check_trainer_arguments(config)
    with hushed():
        trial = make_trainer(config, trainer_arguments(config, None, validates=False))
    place = place_of(trial)
    if not forks(trial):
        check_found(config, place.world)
    join(trial, place)
    handed_in = HandedIn.of(model) if model is not None and config.finds_batch_size else None
    if model is None and config.model.file is None:
        raise config.missing("model.file")
    neuron = load_neuron(config) if config.model.file is not None else None
    data = load_data(config)
    data_files(config, "predict")
    samples = look_at(data.train, config.where("data.train") or config.where("data.format"))
    seed_everything(config.training.seed, workers=True, verbose=False)
    steps = steps_of(config, batches_of(data.train))
    log_every = config.training.log_every or steps_between_lines(steps)
    module = make_module(config, neuron, model, log_every)
    check_layers(config, module.model)
    settled, subject = _settled(config, module.model, neuron, model is not None, samples)
    _check_other_splits(config, data, subject, settled)
    check_last_batch(config, module.model, data.train, settled.seen)
    settled = _normalised(config, data, settled)
    weights = start_from(config, module.model)
    best_of = best_of_each(data, settled.objective)
    check_monitors(config, best_of)
    _check_optimizer(config, module.model)
    regime = survey(config, module.model, steps)
    loggers = _loggers(config)
    module.adopt(settled.objective, loggers, config.folders, config)
    if isinstance(data.train, ColumnLoader):
        module.state.encoding = data.train.encoding()
    return Prepared(
        config,
        make_plan(config, subject, data, samples, settled, weights, regime, log_every),
        module,
        data,
        checkpoint_settings(config, best_of),
        best_of,
        neuron.code if neuron is not None and model is None else None,
        trial,
        place,
        handed_in,
    )


def _settled(
    config: Config, model: nn.Module, neuron: Neuron | None, handed_in: bool, samples: Samples
) -> tuple[Settled, Subject]:
    """What the model is trained for.

    A model that is handed in may have been made with other parameters than the config says, so
    what its `.ns` file declares is held against the data only to say where a mistake lies.
    """
    name = neuron.name if neuron is not None else type(model).__name__
    declared = Subject(name, model, neuron)
    if not handed_in or neuron is None:
        return settle(config, declared, samples), declared
    try:
        return settle(config, declared, samples), declared
    except TrainingError as located:
        bare = Subject(type(model).__name__, model, None)
        try:
            return settle(config, bare, samples), bare
        except TrainingError:
            raise located from None


def _normalised(config: Config, data: Data, settled: Settled) -> Settled:
    """The same, with inputs on the scale that the config asks for."""
    objective = settled.objective
    normals = learn_normals(config, data.train, objective.ports, objective.fractions)
    return replace(settled, objective=replace(objective, normals=normals)) if normals else settled


def _check_other_splits(config: Config, data: Data, subject: Subject, settled: Settled) -> None:
    for split, loader in (("val", data.val), ("test", data.test)):
        if loader is not None:
            samples = look_at(loader, config.where(f"data.{split}"))
            check_split(config, settled, subject, samples)


def _check_optimizer(config: Config, model: nn.Module) -> None:
    training = config.training
    if not any(p.requires_grad for p in model.parameters()):
        span = config.where("model.neuron") or config.where("model.file")
        name = config.model.neuron or type(model).__name__
        raise TrainingError([NothingToLearn(span or said("model", name), name)])
    where = config.at("training.optimizer")
    create_optimizer(training.optimizer, model, config.lr, where=where, folders=config.folders)


def _loggers(config: Config) -> list[Callback]:
    given = config.training.logger
    if not isinstance(given, list):
        return [create_logger(given, where=config.at("training.logger"), folders=config.folders)]
    return [
        create_logger(one, where=config.at(f"training.logger.{index}"), folders=config.folders)
        for index, one in enumerate(given)
    ]
