"""Ctrl-C and SIGTERM: the step in hand is finished, the state saved, the run ended."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from neuroscript.training.processes.together import greatest

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class TrainingInterrupted(KeyboardInterrupt):
    """A run that the user stopped; its state is in `checkpoint`."""

    def __init__(
        self, step: int, run_dir: Path, checkpoint: Path | None, received: int = signal.SIGINT
    ) -> None:
        self.step = step
        self.run_dir = run_dir
        self.checkpoint = checkpoint
        self.received = received
        super().__init__(step, run_dir, checkpoint)

    @property
    def exit_code(self) -> int:
        """130 after Ctrl-C, 143 after SIGTERM."""
        return 128 + self.received

    def __str__(self) -> str:
        if self.checkpoint is None:
            return "interrupted before the first step; nothing was saved"
        own = self.run_dir in self.checkpoint.parents
        return (
            f"interrupted after step {self.step}; the state is saved in {self.checkpoint}\n"
            f"go on with: {go_on_with(self.run_dir, None if own else self.checkpoint)}"
        )


def go_on_with(run_dir: Path, checkpoint: Path | None = None) -> str:
    """The command that goes on with a run, from its newest state or another one."""
    command = f"neuroscript fit {shlex.quote(str(run_dir))} --resume"
    return command if checkpoint is None else f"{command} {shlex.quote(str(checkpoint))}"


class Stopped(BaseException):
    """Leaves Lightning's loops between two batches, without the validation that a stop brings."""


class QuitAtOnce(BaseException):
    """Leaves Lightning's loops wherever they are, and saves nothing: a second signal."""


class StopOnSignal:
    """Notes that a signal has come, for the run to end when its step is done."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._listening = False

    def agree(self) -> bool:
        """Whether a signal has come, to any process of the run; asked by all at the same time."""
        self.received = greatest(self.received or 0) or None
        return self.received is not None

    def take_signals(self) -> None:
        """Has the signals sent here again, if something else took them since."""
        if self._listening:
            for number in SIGNALS:
                signal.signal(number, self._receive)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While this lasts, the first signal ends training in order, a second one at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._receive) for number in SIGNALS}
        self._listening = True
        try:
            yield
        finally:
            self._listening = False
            for number, handler in before.items():
                signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            raise QuitAtOnce
        self.received = number
