"""What ends a run early, told as what it is: a signal, a loss that is no number, an exception."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from neuroscript.config import Config
from neuroscript.diagnostics import NeuroScriptError, Source, Span
from neuroscript.training.errors import (
    NonFiniteLoss,
    NonFiniteLossError,
    RunFailed,
    TrainingError,
    said,
)
from neuroscript.training.stop import Stopped, TrainingInterrupted

if TYPE_CHECKING:
    from lightning import Trainer

    from neuroscript.training.checkpoints import LastCheckpoint
    from neuroscript.training.stop import StopOnSignal


@contextmanager
def failing_as_diagnostics(
    trainer: Trainer, last: LastCheckpoint, stop: StopOnSignal, config: Config, run_dir: Path
) -> Iterator[None]:
    """Turns what leaves Lightning's loops into TrainingInterrupted or a TrainingError."""
    try:
        yield
    except NonFiniteLossError as error:
        raise NonFiniteLossError([_at_lr(d, config) for d in error.diagnostics]) from None
    except NeuroScriptError:
        raise
    except (Stopped, KeyboardInterrupt, SystemExit) as end:
        if stop.received is None and isinstance(end, SystemExit):
            raise
        raise TrainingInterrupted(trainer.global_step, run_dir, last.saved) from None
    except Exception as error:
        if os.environ.get("NEUROSCRIPT_TRACEBACK") == "1":
            traceback.print_exception(error)
        place = _line_of_user(error) or config.where_key("training") or said("run", str(run_dir))
        reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        file = last.saved
        failed = RunFailed(place, trainer.global_step, reason, str(file) if file else None)
        raise TrainingError([failed]) from error


def _at_lr(diagnostic: object, config: Config) -> NonFiniteLoss:
    assert isinstance(diagnostic, NonFiniteLoss)
    span = config.where("training.lr")
    return replace(diagnostic, span=span) if span is not None else diagnostic


def _line_of_user(error: Exception) -> Span | None:
    """The innermost line of the traceback that is the user's own."""
    ours = Path(__file__).parents[1]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        foreign = "site-packages" in path.parts or ours in path.parents
        if foreign or not frame.lineno or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        return Source(str(path), text, path).line_span(frame.lineno)
    return None
