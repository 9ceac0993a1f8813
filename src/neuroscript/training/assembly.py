"""The Trainer of a run, and what stands around it: checkpoints, signals, data, processes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lightning import Trainer
from lightning.pytorch.callbacks import Callback

from neuroscript.contracts.checkpoint.files import sweep
from neuroscript.training.chatter import hushed
from neuroscript.training.checkpoints.about import about
from neuroscript.training.checkpoints.best import BestCheckpoints
from neuroscript.training.checkpoints.contract_io import ContractCheckpointIO
from neuroscript.training.checkpoints.last import LastCheckpoint
from neuroscript.training.checkpoints.randomness import begin_anew
from neuroscript.training.checkpoints.room import check_room
from neuroscript.training.checkpoints.save_point import SavePoint
from neuroscript.training.data import ContractDataModule
from neuroscript.training.ends import callbacks_of_end
from neuroscript.training.prepare import Prepared
from neuroscript.training.processes.others import Others
from neuroscript.training.processes.parting import Parting
from neuroscript.training.processes.start import forks, share_cores
from neuroscript.training.progress import Bar
from neuroscript.training.resuming.start import Start
from neuroscript.training.run_dir import (
    CHECKPOINTS,
)
from neuroscript.training.runner import Runner
from neuroscript.training.stop import StopOnSignal
from neuroscript.training.telling import warner
from neuroscript.training.trainer import make_trainer, trainer_arguments


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


def assemble(prepared: Prepared, start: Start, others: Others, quiet: bool) -> Training:
    """What trains as the config says; in the first process, with a look at the room on the disk."""
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


def for_one_process(training: Training, prepared: Prepared) -> Training:
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
