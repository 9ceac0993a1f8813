"""The five extension points: data loaders, losses, optimizers, checkpoints and loggers.

Each kind has a base class here and its implementations in a folder of its own, one file each,
found by name when they are asked for. A user's own come in by the same `register_…` functions.
Importing this package imports neither torch nor lightning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neuroscript.contracts.checkpoint import CheckpointContract, CheckpointMetadata
from neuroscript.contracts.choose import create_dataloader
from neuroscript.contracts.create import (
    Component,
    Where,
    create_checkpoint,
    create_logger,
    create_loss,
    create_optimizer,
    create_schedule,
    split_component,
)
from neuroscript.contracts.dataloader import DataLoaderContract
from neuroscript.contracts.errors import ContractError, UnknownContract
from neuroscript.contracts.loss import LossContract
from neuroscript.contracts.optimizer import OptimizerContract
from neuroscript.contracts.plugins import load_plugin
from neuroscript.contracts.registry import (
    KINDS,
    ContractRegistry,
    Kind,
    register_checkpoint,
    register_dataloader,
    register_logger,
    register_loss,
    register_optimizer,
    register_schedule,
)
from neuroscript.contracts.weight import split_weight

if TYPE_CHECKING:
    from neuroscript.contracts.logger import LoggerContract

__all__ = [
    "KINDS",
    "CheckpointContract",
    "CheckpointMetadata",
    "Component",
    "ContractError",
    "ContractRegistry",
    "DataLoaderContract",
    "Kind",
    "LoggerContract",
    "LossContract",
    "OptimizerContract",
    "UnknownContract",
    "Where",
    "create_checkpoint",
    "create_dataloader",
    "create_logger",
    "create_loss",
    "create_optimizer",
    "create_schedule",
    "load_plugin",
    "register_checkpoint",
    "register_dataloader",
    "register_logger",
    "register_loss",
    "register_optimizer",
    "register_schedule",
    "split_component",
    "split_weight",
]


def __getattr__(name: str) -> Any:
    """LoggerContract is a Lightning Callback, so lightning is imported when it is asked for."""
    if name == "LoggerContract":
        from neuroscript.contracts.logger import LoggerContract

        return LoggerContract
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
