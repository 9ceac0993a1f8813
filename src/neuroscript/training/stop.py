"""Ctrl-C and SIGTERM: the step in hand is finished, the state saved, the run ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from lightning.pytorch.callbacks import Callback

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class TrainingInterrupted(KeyboardInterrupt):
    """A run that the user stopped; its state is in `checkpoint`."""

    def __init__(self, step: int, run_dir: Path, checkpoint: Path | None) -> None:
        self.step = step
        self.run_dir = run_dir
        self.checkpoint = checkpoint
        super().__init__(step, run_dir, checkpoint)

    def __str__(self) -> str:
        if self.checkpoint is None:
            return "interrupted before the first step; nothing was saved"
        return (
            f"interrupted after step {self.step}; the state is saved in {self.checkpoint}\n"
            f'load it with neuroscript.load_run("{self.run_dir}")'
        )


class Stopped(BaseException):
    """Leaves Lightning's loops between two steps, without the validation that a stop brings."""


class StopOnSignal(Callback):
    """Ends training after the step in hand once a signal has come."""

    def __init__(self) -> None:
        self.received: int | None = None

    def on_train_batch_end(self, *_: Any) -> None:
        """Between two steps."""
        if self.received is not None:
            raise Stopped

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While this lasts, the first signal ends training in order, a second one at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._receive) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = number
