"""How processes end: together where they agreed to, each for itself where one of them failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lightning.pytorch.callbacks import Callback
from torch import distributed

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training.blame.errors import NonFiniteLossError
from neuroscript.training.processes.others import Others
from neuroscript.training.processes.place import Place
from neuroscript.training.processes.together import part
from neuroscript.training.stop import Stopped

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

    from neuroscript.training.stop import StopOnSignal

AGREED = (Stopped, NonFiniteLossError)
"""What ends all processes at the same step, because they told each other."""

OF_OTHERS = ("gloo", "nccl", "connection closed by peer", "connection reset", "broken pipe")
"""What the reason of an exception holds that another process is to blame for."""


class Parting(Callback):
    """Leaves the others when this process fails, so that neither waits for the other.

    Stands before all callbacks that save a state: from then on, nothing is done together.
    """

    def __init__(self, others: Others, stop: StopOnSignal) -> None:
        self.others = others
        self.stop = stop

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Takes the signals back from Lightning, which would have processes tell each other."""
        self.stop.take_signals()

    def on_test_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """The same while testing."""
        self.stop.take_signals()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """When this process fails, or learns that another one did."""
        self.others.rest()
        if not isinstance(exception, AGREED):
            part()


def is_of_others(error: BaseException) -> bool:
    """Whether an exception says that another process could not be reached any more."""
    if isinstance(error, distributed.DistError):
        return True
    reason = str(error).lower()
    return isinstance(error, RuntimeError) and any(word in reason for word in OF_OTHERS)


@contextmanager
def told_once(place: Place) -> Iterator[None]:
    """Lets the first process alone say what all of them know; the others only end."""
    try:
        yield
    except (NonFiniteLossError, KeyboardInterrupt) as end:
        if place.first:
            raise
        raise SystemExit(getattr(end, "exit_code", 1)) from None


def code_of(work: Callable[[], None], tell: Callable[[NeuroScriptError], None]) -> int:
    """Does the work of a process that is forked, and gives the code with which it ends."""
    try:
        work()
    except NeuroScriptError as error:
        tell(error)
        return error.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        return 130
    return 0
