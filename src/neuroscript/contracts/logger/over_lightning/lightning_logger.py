"""A Logger of Lightning that exists already."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from neuroscript.contracts.logger import LoggerContract

if TYPE_CHECKING:
    from lightning.pytorch.loggers import Logger


class LightningLogger(LoggerContract):
    """Hands on what it is told; metrics are called `train_loss`, `val_loss` and so on there."""

    def __init__(self, logger: Logger) -> None:
        self._logger: Logger | None = logger

    @property
    def logger(self) -> Logger:
        """Lightning's logger."""
        assert self._logger is not None
        return self._logger

    def log_metrics(self, step: int, metrics: dict[str, float], phase: str) -> None:
        """Hands the metrics on, each called `phase_name`."""
        self.logger.log_metrics({f"{phase}_{k}": v for k, v in metrics.items()}, step)

    def log_hyperparameters(self, hyperparameters: dict[str, Any]) -> None:
        """Hands the hyperparameters on."""
        self.logger.log_hyperparams(hyperparameters)

    def finish(self) -> None:
        """Lets the logger write what it holds, and say whether the run ended well."""
        self.logger.save()
        self.logger.finalize("failed" if sys.exc_info()[0] else "success")
