"""Training: from a config to a trained model and the folder that holds everything about it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lightning import Trainer
from lightning.pytorch.callbacks import Callback, EarlyStopping
from torch import nn

from neuroscript.config import Config, load_config
from neuroscript.config.named.absolute import with_absolute_paths
from neuroscript.contracts import create_logger
from neuroscript.contracts.logger.console import ConsoleLogger
from neuroscript.contracts.logger.csv import CsvLogger
from neuroscript.training.chatter import hushed
from neuroscript.training.checkpoints.best import BestCheckpoints
from neuroscript.training.checkpoints.contract_io import ContractCheckpointIO
from neuroscript.training.checkpoints.last import LastCheckpoint
from neuroscript.training.data import ContractDataModule
from neuroscript.training.failure import failing_as_diagnostics
from neuroscript.training.prepare import Prepared, prepare
from neuroscript.training.progress import Bar
from neuroscript.training.run_dir import (
    CHECKPOINTS,
    CONFIG,
    MODEL,
    new_run_dir,
    point_latest,
    write_whole,
)
from neuroscript.training.runner import Runner
from neuroscript.training.stop import StopOnSignal
from neuroscript.training.summary import plan_lines, result_lines
from neuroscript.training.trainer import make_trainer, trainer_arguments


def fit(config: str | Path | Mapping[str, Any] | Config, **overrides: Any) -> Runner:
    """Trains what a config describes.

    Overrides are keys of the config, the most common by their own name: `fit("xor.yml",
    epochs=5)`, `fit("xor.yml", **{"data.batch_size": 8})`. Raises NeuroScriptError for every
    mistake in what the user wrote, and TrainingInterrupted after Ctrl-C.
    """
    return run(prepare(load_config(config, as_overrides(overrides))))


def train_from_config(
    model: nn.Module | type[nn.Module] | None, config: str | Path | Mapping[str, Any] | Config
) -> Runner:
    """Trains a model as a config says, as it is, not initialised anew.

    A class is made with `model.params` first; None stands for the neuron of the config.
    """
    return run(prepare(load_config(config), model))


def as_overrides(overrides: Mapping[str, Any]) -> list[str]:
    """Keywords as `key=value`; a key of the training section needs no `training.` before it.

    >>> as_overrides({"epochs": 5, "data.val": 0.1})
    ['training.epochs=5', 'data.val=0.1']
    """
    from neuroscript.config.sections import TrainingSection

    def full(key: str) -> str:
        return f"training.{key}" if key in TrainingSection.model_fields else key

    return [f"{full(key)}={json.dumps(value)}" for key, value in overrides.items()]


def run(prepared: Prepared, quiet: bool = False) -> Runner:
    """Trains what was prepared, and tests it if there are test data.

    Tells the plan before and the result after on standard error, unless `quiet`.
    """
    config, module = prepared.config, prepared.module
    run_dir = new_run_dir(config)
    _tell([*plan_lines(prepared.plan), f"  {'run':<10} {run_dir}", ""], quiet)
    write_whole(run_dir / CONFIG, with_absolute_paths(config).dump())
    if prepared.code is not None:
        write_whole(run_dir / MODEL, prepared.code)
    point_latest(run_dir)
    _complete_loggers(prepared, quiet)
    folder = Path(prepared.checkpoint.dir or run_dir / CHECKPOINTS)
    last = LastCheckpoint(
        folder / f"last{prepared.checkpoint.contract.suffix}", prepared.checkpoint.every
    )
    best = BestCheckpoints(folder, prepared.checkpoint) if _keeps_best(prepared) else None
    stop = StopOnSignal()
    bar = Bar() if sys.stderr.isatty() and not quiet else None
    trainer = _trainer(prepared, run_dir, [c for c in (last, best, stop, bar) if c is not None])
    datamodule = ContractDataModule(prepared.data)
    started = time.monotonic()
    with hushed(), failing_as_diagnostics(trainer, last, stop, config, run_dir), stop.listening():
        module.state.loggers.kept_open = True
        try:
            trainer.fit(module, datamodule=datamodule)
            seconds = time.monotonic() - started
            if prepared.data.test is not None:
                trainer.test(module, datamodule=datamodule, verbose=False)
        finally:
            module.state.loggers.kept_open = False
            module.state.loggers.finish()
    found = Path(best.best_model_path) if best and best.best_model_path else last.path
    runner = Runner(
        module,
        trainer,
        prepared.plan,
        run_dir,
        datamodule,
        found,
        dict(module.state.latest),
        config.model_dump(exclude_none=True),
    )
    _tell(result_lines(runner, trainer.global_step, seconds), quiet)
    return runner


def _complete_loggers(prepared: Prepared, quiet: bool) -> None:
    """Every run has a metrics.csv; a quiet one says nothing on the screen."""
    callbacks = prepared.module.state.loggers.callbacks
    if quiet:
        callbacks[:] = [c for c in callbacks if not isinstance(c, ConsoleLogger)]
    if not any(isinstance(c, CsvLogger) for c in callbacks):
        callbacks.append(create_logger("csv"))


def _keeps_best(prepared: Prepared) -> bool:
    return prepared.checkpoint.monitor is not None and prepared.checkpoint.keep > 0


def _trainer(prepared: Prepared, run_dir: Path, callbacks: Sequence[Callback]) -> Trainer:
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
    stopping = config.training.early_stopping
    if stopping is not None:
        mode = stopping.mode or prepared.best_of[stopping.monitor]
        callbacks = [
            *callbacks,
            EarlyStopping(
                stopping.monitor,
                min_delta=stopping.min_delta,
                patience=stopping.patience,
                mode=mode,
                check_on_train_epoch_end=stopping.monitor.startswith("train_"),
            ),
        ]
    io = ContractCheckpointIO(
        prepared.checkpoint.contract, prepared.module, config.model_dump(exclude_none=True)
    )
    with hushed():
        return make_trainer(config, arguments, callbacks, [io])


def _tell(lines: Sequence[str], quiet: bool) -> None:
    if not quiet:
        print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201
