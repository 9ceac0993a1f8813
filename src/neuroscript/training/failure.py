"""What ends a run early, told as what it is: a signal, a loss that is no number, an exception."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from neuroscript.config import Config
from neuroscript.contracts.errors import said
from neuroscript.contracts.logger.over_lightning.errors import NotStarted
from neuroscript.diagnostics import Diagnostic, NeuroScriptError
from neuroscript.training.blame.errors import NonFiniteLoss
from neuroscript.training.determinism import refused_operation
from neuroscript.training.errors import (
    LossNotScalar,
    NotDeterministic,
    RunFailed,
    TrainingError,
)
from neuroscript.training.finding.errors import OutOfMemory, OutOfMemoryError
from neuroscript.training.finding.memory import is_out_of_memory
from neuroscript.training.processes.errors import ProcessEnded
from neuroscript.training.processes.parting import is_of_others
from neuroscript.training.stop import QuitAtOnce, Stopped, TrainingInterrupted, go_on_with
from neuroscript.training.user_line import line_of_user

if TYPE_CHECKING:
    from lightning import Trainer

    from neuroscript.training.checkpoints.last import LastCheckpoint
    from neuroscript.training.processes.others import Others
    from neuroscript.training.stop import StopOnSignal


@contextmanager
def failing_as_diagnostics(
    trainer: Trainer,
    last: LastCheckpoint,
    stop: StopOnSignal,
    config: Config,
    run_dir: Path,
    others: Others,
) -> Iterator[None]:
    """Turns what leaves Lightning's loops into TrainingInterrupted or a TrainingError.

    A process that ends because another one did says so if it is the first, and else nothing.
    """
    try:
        yield
    except NeuroScriptError as error:
        raise in_config(error, config) from None
    except (Stopped, QuitAtOnce, KeyboardInterrupt, SystemExit) as end:
        if stop.received is None and isinstance(end, SystemExit):
            raise
        received = stop.received or signal.SIGINT
        step = trainer.global_step if last.step is None else last.step
        raise TrainingInterrupted(step, run_dir, last.saved, received) from None
    except Exception as error:
        if os.environ.get("NEUROSCRIPT_TRACEBACK") == "1":
            traceback.print_exception(error)
        if is_out_of_memory(error):
            raise OutOfMemoryError([_out_of_memory(error, trainer, last, config)]) from error
        if (operation := refused_operation(error)) is not None:
            place = config.place("training.deterministic")
            raise TrainingError([NotDeterministic(place, operation)]) from error
        file = str(last.saved) if last.saved else None
        if others.place.several and is_of_others(error):
            raise _ended(trainer.global_step, file, others, config, run_dir) from error
        place = line_of_user(error) or config.where_key("training") or said("run", str(run_dir))
        reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        if others.place.several:
            reason = f"{others.place}: {reason}"
        failed = RunFailed(place, trainer.global_step, reason, file)
        raise TrainingError([failed]) from error


def _out_of_memory(
    error: Exception, trainer: Trainer, last: LastCheckpoint, config: Config
) -> OutOfMemory:
    return OutOfMemory(
        config.place("training.batch_size"),
        trainer.global_step,
        config.batch_size,
        config.training.accumulate,
        str(error).strip().partition("\n")[0].partition(". ")[0],
        str(last.saved) if last.saved else None,
    )


def in_config(error: NeuroScriptError, config: Config) -> NeuroScriptError:
    """The same error, told at the keys of the config that it is about."""
    return type(error)([_in_config(diagnostic, config) for diagnostic in error.diagnostics])


def _ended(
    step: int, saved: str | None, others: Others, config: Config, run_dir: Path
) -> BaseException:
    """What a process ends with because another one ended."""
    if not others.place.first:
        return SystemExit(1)
    reason = others.lost_soon() or "another process cannot be reached any more"
    span = config.place("training.devices")
    return TrainingError([ProcessEnded(span, step, reason, saved, go_on_with(run_dir))])


def _in_config(diagnostic: Diagnostic, config: Config) -> Diagnostic:
    """What a module tells without knowing a config, at the key that it is about."""
    match diagnostic:
        case NonFiniteLoss() if not diagnostic.label:
            span = config.where("training.lr")
        case LossNotScalar():
            span = config.where("training.loss")
        case NotStarted():
            span = config.where("training.logger")
        case _:
            span = None
    return diagnostic if span is None else replace(diagnostic, span=span)
