"""Saving a state in which all processes have a part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroscript.training.processes.together import of_first, rank, world

if TYPE_CHECKING:
    from lightning import Trainer


def save(trainer: Trainer, path: Path) -> None:
    """Saves the state of a run; raises OSError in every process if it could not be written.

    The first process writes. All have to come by, for it waits for them.
    """
    if world() == 1:
        trainer.save_checkpoint(path)
        return
    io: Any = trainer.strategy.checkpoint_io
    io.problem, io.keeps_problem = None, True
    try:
        trainer.save_checkpoint(path)
    finally:
        io.keeps_problem = False
    told = of_first(None if io.problem is None else str(io.problem))
    if io.problem is not None:
        raise io.problem
    if told is not None and rank():
        raise OSError(told)
