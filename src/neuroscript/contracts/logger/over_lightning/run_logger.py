"""A Logger of Lightning that begins with the run, in the run's folder."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from neuroscript.contracts.errors import said
from neuroscript.contracts.logger.over_lightning.errors import LoggerError, NotStarted
from neuroscript.contracts.logger.over_lightning.lightning_logger import LightningLogger
from neuroscript.diagnostics import NeuroScriptError

if TYPE_CHECKING:
    from lightning.pytorch.loggers import Logger

T = TypeVar("T")


class RunLogger(LightningLogger):
    """Starts Lightning's logger when the first thing is logged, and again after `finish`.

    So nothing is written for a run that never begins, and what is tested later goes where the
    training went.
    """

    called: ClassVar[str]
    """Its name in messages."""

    def __init__(self) -> None:
        self._logger = None

    @property
    def logger(self) -> Logger:
        """Lightning's logger, started when it is first asked for."""
        if self._logger is None:
            self._logger = self._or_told(self.start)
        return self._logger

    @abstractmethod
    def start(self) -> Logger:
        """Makes Lightning's logger, in `self.folder` unless an option says otherwise."""

    def finish(self) -> None:
        """Writes what is held back, and lets go of the logger."""
        if self._logger is not None:
            super().finish()
            self._logger = None

    def _or_told(self, start: Callable[[], T]) -> T:
        """What `start` gives; raises LoggerError for what it raises."""
        try:
            return start()
        except NeuroScriptError:
            raise
        except Exception as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            place = said("logger", self.called)
            raise LoggerError(
                [NotStarted(place, self.called, reason, self.advice(error))]
            ) from error

    def advice(self, error: Exception) -> str | None:
        """What to try where the logger cannot start."""
        return None
