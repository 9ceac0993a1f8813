"""Training: from a config to a trained model and the folder that holds everything about it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from lightning import Trainer
from lightning.pytorch.callbacks import Callback
from torch import nn

from neuroscript.config import Config, load_config
from neuroscript.config.named.absolute import with_absolute_paths
from neuroscript.contracts import LoggerContract, create_logger
from neuroscript.contracts.checkpoint.files import sweep
from neuroscript.contracts.logger.console import ConsoleLogger
from neuroscript.contracts.logger.csv import CsvLogger
from neuroscript.diagnostics import render
from neuroscript.training.chatter import hushed
from neuroscript.training.checkpoints.about import about
from neuroscript.training.checkpoints.best import BestCheckpoints
from neuroscript.training.checkpoints.contract_io import ContractCheckpointIO
from neuroscript.training.checkpoints.errors import LastStateLost
from neuroscript.training.checkpoints.last import LastCheckpoint
from neuroscript.training.checkpoints.randomness import begin_anew
from neuroscript.training.checkpoints.room import check_room
from neuroscript.training.checkpoints.save_point import SavePoint
from neuroscript.training.data import ContractDataModule
from neuroscript.training.determinism import deterministic
from neuroscript.training.ends import callbacks_of_end
from neuroscript.training.errors import NotSavedError
from neuroscript.training.failure import failing_as_diagnostics
from neuroscript.training.finding.found import found, run_in_memory
from neuroscript.training.prepare import Prepared, prepare
from neuroscript.training.processes.errors import ProcessEnded
from neuroscript.training.processes.others import Others
from neuroscript.training.processes.parting import Parting, code_of, told_once
from neuroscript.training.processes.place import Place
from neuroscript.training.processes.start import forks, share_cores, with_others
from neuroscript.training.progress import Bar
from neuroscript.training.resuming.find import Asked, Resumption, find
from neuroscript.training.resuming.start import Start
from neuroscript.training.run_dir import (
    CHECKPOINTS,
    CONFIG,
    MODEL,
    held,
    point_latest,
    unusable,
    write_whole,
)
from neuroscript.training.runner import Runner
from neuroscript.training.stop import StopOnSignal, Stopped, go_on_with
from neuroscript.training.summary import plan_lines, result_lines, room_of_terminal
from neuroscript.training.telling import tell, warner
from neuroscript.training.trainer import make_trainer, trainer_arguments


def fit(
    config: str | Path | Mapping[str, Any] | Config, resume: Asked = False, **overrides: Any
) -> Runner:
    """Trains what a config describes.

    Overrides are keys of the config, the most common by their own name: `fit("xor.yml",
    epochs=5)`, `fit("xor.yml", **{"data.batch_size": 8})`. With `resume`, goes on with the newest
    run of the config (True), or from a run's folder or a checkpoint (its path). Raises
    NeuroScriptError for every mistake in what the user wrote, and TrainingInterrupted after
    Ctrl-C.
    """
    loaded = load_config(config, as_overrides(overrides))
    resumption = find(loaded, resume) if resume else None
    return run(prepare(loaded), resumption=resumption)


def train_from_config(
    model: nn.Module | type[nn.Module] | None,
    config: str | Path | Mapping[str, Any] | Config,
    resume: Asked = False,
) -> Runner:
    """Trains a model as a config says, as it is, not initialised anew.

    A class is made with `model.params` first; None stands for the neuron of the config. With
    `resume`, goes on with a run as `fit` does.
    """
    loaded = load_config(config)
    resumption = find(loaded, resume) if resume else None
    return run(prepare(loaded, model), resumption=resumption)


def as_overrides(overrides: Mapping[str, Any]) -> list[str]:
    """Keywords as `key=value`; a key of the training section needs no `training.` before it.

    >>> as_overrides({"epochs": 5, "data.val": 0.1})
    ['training.epochs=5', 'data.val=0.1']
    """
    from neuroscript.config.sections import TrainingSection

    def full(key: str) -> str:
        return f"training.{key}" if key in TrainingSection.model_fields else key

    return [f"{full(key)}={json.dumps(value)}" for key, value in overrides.items()]


def run(prepared: Prepared, quiet: bool = False, resumption: Resumption | None = None) -> Runner:
    """Trains what was prepared, and tests it if there are test data.

    Tells the plan before and the result after on standard error, unless `quiet`.
    """
    prepared = found(prepared, None if resumption is None else resumption.checkpoint)
    return run_in_memory(prepared, lambda one: _run(one, quiet, resumption), quiet)


def _run(prepared: Prepared, quiet: bool, resumption: Resumption | None) -> Runner:
    config, place = prepared.config, prepared.place
    quiet = quiet or not place.first
    with told_once(place):
        start = Start.at(prepared, resumption)
        tell([*plan_lines(prepared.plan, room_of_terminal()), *start.lines(), ""], quiet)
        with held(start.run_dir) if place.first else nullcontext():
            if place.first:
                _write_down(prepared, start.run_dir)
            with with_others(
                prepared.trial,
                place,
                partial(_beside, prepared, start),
                partial(_tell_ended, prepared, start),
            ) as others:
                training, seconds = _work(prepared, start, others, quiet)
    if forks(prepared.trial):
        training = _alone(training, prepared)
    runner = training.runner(prepared, start.run_dir)
    tell(result_lines(runner, training.trainer.global_step, seconds), quiet)
    if training.last.problem is not None:
        lost = LastStateLost(
            config.place("training.checkpoint"),
            training.last.problem,
            training.last.step if training.last.saved else None,
        )
        raise NotSavedError([lost], runner)
    return runner


@dataclass(frozen=True, slots=True)
class Training:
    """The Trainer of a run and what stands around it."""

    trainer: Trainer
    datamodule: ContractDataModule
    save_point: SavePoint
    last: LastCheckpoint
    best: BestCheckpoints | None
    stop: StopOnSignal
    about: dict[str, Any]

    def runner(self, prepared: Prepared, run_dir: Path) -> Runner:
        """What is given back of a run that has ended."""
        best = self.best.best_model_path if self.best is not None else ""
        return Runner(
            module=prepared.module,
            trainer=self.trainer,
            plan=prepared.plan,
            run_dir=run_dir,
            datamodule=self.datamodule,
            checkpoint=Path(best) if best else self.last.saved,
            metrics=dict(prepared.module.state.latest),
            config=prepared.config.model_dump(exclude_none=True),
            about=self.about,
        )


def _beside(prepared: Prepared, start: Start, place: Place) -> int:
    """What a forked process does; gives its exit code."""
    mine = replace(prepared, place=place)

    def work() -> None:
        with told_once(place):
            _work(mine, start, Others(place, {}), quiet=True)

    return code_of(work, lambda error: tell([render(error.diagnostics)]))


def _tell_ended(prepared: Prepared, start: Start, reason: str) -> None:
    """What is said by a process that would wait for another one for ever."""
    span = prepared.config.place("training.devices")
    step = prepared.module.trainer.global_step
    tell([render([ProcessEnded(span, step, reason, None, go_on_with(start.run_dir))])])


def _work(prepared: Prepared, start: Start, others: Others, quiet: bool) -> tuple[Training, float]:
    """The part of a run that all processes do together; gives the seconds that training took."""
    _complete_loggers(prepared, quiet)
    training = _training(prepared, start, others, quiet)
    started = time.monotonic()
    with (
        hushed(),
        deterministic(prepared.config.training.deterministic),
        failing_as_diagnostics(
            training.trainer, training.last, training.stop, prepared.config, start.run_dir, others
        ),
        training.stop.listening(),
    ):
        return training, _train(training, prepared, start, started)


def _write_down(prepared: Prepared, run_dir: Path) -> None:
    """Puts the config and the generated Python into the folder of the run."""
    try:
        write_whole(run_dir / CONFIG, with_absolute_paths(prepared.config).dump())
        if prepared.code is not None:
            write_whole(run_dir / MODEL, prepared.code)
    except OSError as error:
        raise unusable(prepared.config, run_dir, error) from error
    point_latest(run_dir)


def _training(prepared: Prepared, start: Start, others: Others, quiet: bool) -> Training:
    settings, place = prepared.checkpoint, prepared.place
    folder = Path(settings.dir or start.run_dir / CHECKPOINTS)
    warn = warner(place.first)
    if place.first:
        little = check_room(prepared.config, folder, prepared.module.model, settings.keep + 1)
        if little is not None:
            warn(little)
        sweep(folder)
    stop = StopOnSignal()
    last = LastCheckpoint(folder / f"last{settings.contract.suffix}", settings.every, warn)
    best = BestCheckpoints(folder, settings, warn) if settings.monitor and settings.keep else None
    told_of_run = about(prepared)
    io = ContractCheckpointIO(settings.contract, prepared.module, told_of_run)
    save_point = SavePoint(last, best, stop, io, warn)
    bar = Bar() if sys.stderr.isatty() and not quiet else None
    parting = Parting(others, stop) if place.several else None
    callbacks = [c for c in (parting, save_point, best, last, bar) if c is not None]
    trainer = _trainer(prepared, start.run_dir, callbacks, io)
    if place.several or forks(prepared.trial):
        trainer.strategy._launcher = None  # noqa: SLF001 - all processes are there already
        share_cores(place)
    seed = prepared.config.training.seed
    if not place.first:
        begin_anew(seed + place.rank)
    datamodule = ContractDataModule(prepared.data, seed, save_point.between, place)
    return Training(trainer, datamodule, save_point, last, best, stop, told_of_run)


def _train(training: Training, prepared: Prepared, start: Start, started: float) -> float:
    """Trains and tests; gives the seconds that training took."""
    trainer, module = training.trainer, prepared.module
    if start.complete:
        trainer.fit_loop.max_epochs = 0 if start.epochs is None else start.epochs
    module.state.loggers.kept_open = True
    try:
        path = None if start.checkpoint is None else str(start.checkpoint)
        trainer.fit(module, datamodule=training.datamodule, ckpt_path=path)
        training.save_point.finish(trainer)
        seconds = time.monotonic() - started
        if training.stop.agree():
            raise Stopped
        if prepared.data.test is not None:
            trainer.test(module, datamodule=training.datamodule, verbose=False)
    finally:
        module.state.loggers.kept_open = False
        module.state.loggers.finish()
    return seconds


def _complete_loggers(prepared: Prepared, quiet: bool) -> None:
    """Every run has a metrics.csv; a quiet one says nothing on the screen.

    Only the first process tells anything to loggers.
    """
    callbacks = prepared.module.state.loggers.callbacks
    if not prepared.place.first:
        callbacks[:] = [c for c in callbacks if not isinstance(c, LoggerContract)]
        return
    if quiet:
        callbacks[:] = [c for c in callbacks if not isinstance(c, ConsoleLogger)]
    if not any(isinstance(c, CsvLogger) for c in callbacks):
        callbacks.append(create_logger("csv"))


def _alone(training: Training, prepared: Prepared) -> Training:
    """The same with a Trainer that needs no other processes, for what is asked of it later."""
    alone = prepared.config.training.model_copy(
        update={"devices": 1, "nodes": 1, "strategy": "auto"}
    )
    config = prepared.config.model_copy(update={"training": alone})
    arguments = trainer_arguments(config, None, validates=False)
    with hushed():
        trainer = make_trainer(config, {**arguments, "enable_progress_bar": False})
    trainer.fit_loop.load_state_dict(training.trainer.fit_loop.state_dict())
    datamodule = ContractDataModule(prepared.data, prepared.config.training.seed)
    return replace(training, trainer=trainer, datamodule=datamodule)


def _trainer(
    prepared: Prepared, run_dir: Path, callbacks: Sequence[Callback], io: ContractCheckpointIO
) -> Trainer:
    config = prepared.config
    try:
        steps_per_epoch: int | None = len(prepared.data.train) // config.training.accumulate
    except TypeError:  # a loader without a length
        steps_per_epoch = None
    arguments = {
        "default_root_dir": run_dir,
        "enable_progress_bar": any(isinstance(callback, Bar) for callback in callbacks),
        **trainer_arguments(config, steps_per_epoch, prepared.data.val is not None),
    }
    callbacks = [*callbacks, *callbacks_of_end(config, prepared.best_of)]
    with hushed():
        return make_trainer(config, arguments, callbacks, [io])
