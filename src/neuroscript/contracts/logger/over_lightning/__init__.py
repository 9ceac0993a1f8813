"""Loggers of Lightning under the logger contract."""

from neuroscript.contracts.logger.over_lightning.lightning_logger import LightningLogger
from neuroscript.contracts.logger.over_lightning.run_logger import RunLogger

__all__ = ["LightningLogger", "RunLogger"]
