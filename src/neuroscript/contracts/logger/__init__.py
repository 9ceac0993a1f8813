"""Loggers: where the numbers of a run go.

A logger is a Lightning Callback, so importing this package imports lightning.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers import Logger

from neuroscript.contracts.contract import Options, Recipe, options_of, options_of_contract

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer
    from torch import nn

EXPECTED = "a LoggerContract, a Lightning Logger or a Lightning Callback"


class LoggerContract(Callback):
    """A logger; its options are the keywords of its `__init__`.

    Being a Lightning Callback, it may use every hook of the Trainer beside the methods here.
    """

    trainer: Trainer | None = None
    """The Trainer of the run, from `setup` on."""

    @property
    def epoch(self) -> int | None:
        """The epoch under way, counted from 1; after training the last; None without a Trainer."""
        return self.trainer.fit_loop.epoch_progress.current.ready if self.trainer else None

    @property
    def folder(self) -> Path:
        """Where to write unless told otherwise: the run's folder; the working directory alone."""
        return Path(self.trainer.default_root_dir if self.trainer is not None else ".")

    @property
    def run_name(self) -> str:
        """What the run is called after its folder: `digits/3`."""
        return "/".join(self.folder.resolve().parts[-2:])

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Remembers the Trainer, for loggers that need its epoch or its directory."""
        self.trainer = trainer

    def log_metrics(self, step: int, metrics: dict[str, float], phase: str) -> None:
        """Takes the numbers of a step; `phase` is train, val or test."""

    def log_hyperparameters(self, hyperparameters: dict[str, Any]) -> None:
        """Takes what the run was set to, once, before it starts."""

    def log_model(self, model: nn.Module) -> None:
        """Takes the model, once, before the run starts."""

    def finish(self) -> None:
        """Writes what is still held back; called once, however the run ends."""

    @classmethod
    def from_config(cls, logger_type: str, **options: Any) -> Self:
        """Makes the logger that the config calls `logger_type`."""
        return cls(**options)

    @classmethod
    def options(cls) -> Options | None:
        """The options that a config may give it; None if it takes any."""
        return options_of_contract(cls, LoggerContract)


def recipe(name: str, implementation: Any) -> Recipe[Callback] | None:
    """How to make the logger from whatever was registered; None if it is no logger.

    A Lightning Callback that is no LoggerContract stays what it is.
    """
    from neuroscript.contracts.logger.over_lightning import LightningLogger

    if isinstance(implementation, Logger):
        return Recipe(lambda: LightningLogger(implementation), {})
    if isinstance(implementation, Callback):
        return Recipe(lambda: implementation, {})
    if not isinstance(implementation, type):
        return None
    if issubclass(implementation, LoggerContract):
        contract = implementation
        return Recipe(lambda **o: contract.from_config(name, **o), contract.options())
    if issubclass(implementation, Logger):
        wrapped = implementation
        return Recipe(lambda **o: LightningLogger(wrapped(**o)), options_of(wrapped))
    if issubclass(implementation, Callback):
        return Recipe(implementation, options_of(implementation))
    return None
