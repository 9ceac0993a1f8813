"""The other processes of this machine: started, watched, and never left behind."""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from neuroscript.training.processes.place import Place

PATIENCE = 5.0
"""Seconds that a process has to notice by itself that another one has ended."""

PAUSE = 0.2
"""Seconds between two looks at the others."""


class Process(Protocol):
    """A process that was started from here."""

    pid: int | None

    def code(self) -> int | None:
        """Its exit code, negative the signal that ended it; None while it runs."""

    def wait(self, seconds: float) -> None:
        """Waits for its end, no longer than that."""


class Others:
    """The processes that this one started; none where something else starts them."""

    def __init__(self, place: Place, processes: Mapping[int, Process]) -> None:
        self.place = place
        self.processes = dict(processes)
        """By their numbers."""

        self._watching = threading.Event()

    def lost(self) -> str | None:
        """What is known of one that failed."""
        for rank, process in self.processes.items():
            code = process.code()
            if code:
                return f"{Place(rank, self.place.world)} {_told(code)}"
        return None

    def lost_soon(self, seconds: float = 2.0) -> str | None:
        """The same, where one that failed may still be on its way out."""
        until = time.monotonic() + seconds
        while (found := self.lost()) is None and self.processes and time.monotonic() < until:
            time.sleep(PAUSE / 4)
        return found

    def watch(self, tell: Callable[[str], None]) -> None:
        """Ends this process if one fails and it does not notice, because it waits for it."""
        self._watching.set()
        if self.processes:
            threading.Thread(target=self._watch, args=(tell,), daemon=True).start()

    def rest(self) -> None:
        """Stops watching: training is over, well or badly."""
        self._watching.clear()

    def end(self, seconds: float = 2 * PATIENCE) -> None:
        """Waits for all, asks those to end that take longer, and kills those that do not."""
        self.rest()
        until = time.monotonic() + seconds
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            running = [p for p in self.processes.values() if p.code() is None]
            for process in running:
                if number is not None and process.pid is not None:
                    os.kill(process.pid, number)
            for process in running:
                process.wait(max(0.0, until - time.monotonic()))
            until = time.monotonic() + 3.0

    def _watch(self, tell: Callable[[str], None]) -> None:
        while self._watching.is_set():
            time.sleep(PAUSE)
            reason = self.lost()
            if reason is not None:
                time.sleep(PATIENCE)
                if self._watching.is_set():
                    tell(reason)
                    self.end(0)
                    os._exit(1)
                return


def again(place: Place) -> dict[int, Process]:
    """Starts the command that this process runs once for each other process of the machine."""
    command = _command()
    return {
        place.rank - place.local + local: _Command(
            subprocess.Popen(command, env={**os.environ, "LOCAL_RANK": str(local)})
        )
        for local in range(1, place.beside)
    }


def forked(place: Place, work: Callable[[Place], int]) -> dict[int, Process]:
    """Forks this process; each other one does `work` and ends with the code that it gives."""
    gc.collect()
    context = multiprocessing.get_context("fork")
    found: dict[int, Process] = {}
    for local in range(1, place.beside):
        rank = place.rank - place.local + local
        there = Place(rank, place.world, local, place.beside)
        process = context.Process(target=_forked, args=(work, there))
        process.start()
        found[rank] = _Fork(process)
    return found


def end_with_parent() -> None:
    """Ends this process a while after the one that started it, whatever it waits for."""
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(PAUSE)
        time.sleep(PATIENCE)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def _forked(work: Callable[[Place], int], place: Place) -> None:
    # What holds threads, such as what is left of an earlier run, cannot be taken apart here.
    gc.freeze()
    os.environ["LOCAL_RANK"] = str(place.local)
    end_with_parent()
    code = work(place)
    sys.stderr.flush()
    sys.stdout.flush()
    os._exit(code)


def _command() -> list[str]:
    """What was typed to start this process."""
    import __main__

    spec = getattr(__main__, "__spec__", None)
    if spec is None:
        return [sys.executable, os.path.abspath(sys.argv[0]), *sys.argv[1:]]  # noqa: PTH100
    module = spec.name.removesuffix(".__main__")
    return [sys.executable, "-m", module, *sys.argv[1:]]


def _told(code: int) -> str:
    if code > 0:
        return f"failed with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


class _Command:
    def __init__(self, process: subprocess.Popen[Any]) -> None:
        self.process = process
        self.pid: int | None = process.pid

    def code(self) -> int | None:
        return self.process.poll()

    def wait(self, seconds: float) -> None:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return


class _Fork:
    def __init__(self, process: Any) -> None:
        self.process = process
        self.pid: int | None = process.pid

    def code(self) -> int | None:
        found: int | None = self.process.exitcode
        return found

    def wait(self, seconds: float) -> None:
        self.process.join(seconds)


def at_last(others: Others) -> None:
    """Leaves none behind when this process ends."""
    atexit.register(others.end)
