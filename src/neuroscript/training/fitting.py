"""Training: from a config to a trained model and the folder that holds everything about it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from neuroscript.config import Config, load_config
from neuroscript.config.named.absolute import with_absolute_paths
from neuroscript.contracts import LoggerContract, create_logger
from neuroscript.contracts.logger.console import ConsoleLogger
from neuroscript.contracts.logger.csv import CsvLogger
from neuroscript.diagnostics import render
from neuroscript.training.assembly import Training, assemble, for_one_process
from neuroscript.training.chatter import hushed
from neuroscript.training.checkpoints.errors import LastStateLost
from neuroscript.training.determinism import deterministic
from neuroscript.training.errors import NotSavedError
from neuroscript.training.failure import failing_as_diagnostics
from neuroscript.training.finding.found import found, run_in_memory
from neuroscript.training.prepare import Prepared, prepare
from neuroscript.training.processes.errors import ProcessEnded
from neuroscript.training.processes.others import Others
from neuroscript.training.processes.parting import code_of, told_once
from neuroscript.training.processes.place import Place
from neuroscript.training.processes.start import forks, with_others
from neuroscript.training.resuming.find import Asked, Resumption, find
from neuroscript.training.resuming.start import Start
from neuroscript.training.run_dir import (
    CONFIG,
    MODEL,
    held,
    point_latest,
    unusable,
    write_whole,
)
from neuroscript.training.runner import Runner
from neuroscript.training.stop import Stopped, go_on_with
from neuroscript.training.summary import plan_lines, result_lines, room_of_terminal
from neuroscript.training.telling import tell


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
        training = for_one_process(training, prepared)
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
    training = assemble(prepared, start, others, quiet)
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
        module.put_together()
    except Stopped:
        module.put_together()
        raise
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
