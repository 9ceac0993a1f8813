"""All loggers of a run as one, begun and ended exactly once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lightning.pytorch.callbacks import Callback

from neuroscript.contracts import LoggerContract
from neuroscript.training.processes.together import rank

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer
    from torch import nn


class Loggers:
    """Tells several loggers the same; callbacks that are no loggers only come along.

    Of several processes, the first one tells.
    """

    def __init__(self, callbacks: Iterable[Callback]) -> None:
        self.callbacks = list(callbacks)
        self.kept_open = False
        """Whether the owner of the run calls `finish`, because more than one stage follows."""

        self._open = False

    @property
    def _loggers(self) -> list[LoggerContract]:
        if rank():
            return []
        return [c for c in self.callbacks if isinstance(c, LoggerContract)]

    def begin(self, hyperparameters: dict[str, Any], model: nn.Module) -> None:
        """Tells what is about to run."""
        self._open = True
        for logger in self._loggers:
            logger.log_hyperparameters(hyperparameters)
            logger.log_model(model)

    def tell(self, step: int, metrics: dict[str, float], phase: str) -> None:
        """Passes on the metrics of a step."""
        self._open = True
        for logger in self._loggers:
            logger.log_metrics(step, metrics, phase)

    def finish(self) -> None:
        """Lets every logger write what it holds back, if it has been told anything since."""
        if self._open:
            self._open = False
            for logger in self._loggers:
                logger.finish()


class LoggerEnds(Callback):
    """Finishes the loggers when a stage ends, well or badly."""

    def __init__(self, loggers: Loggers) -> None:
        self.loggers = loggers

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """After a stage that ended well."""
        self._end()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """After a stage that did not."""
        self._end()

    def _end(self) -> None:
        if not self.loggers.kept_open:
            self.loggers.finish()
