"""Checkpoints as torch writes them."""

from __future__ import annotations

import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import nn
from torch.optim import Optimizer

from neuroscript.contracts.checkpoint import CheckpointContract, CheckpointMetadata
from neuroscript.contracts.checkpoint.files import (
    CheckpointError,
    fill_model,
    fill_optimizer,
    write_atomically,
)
from neuroscript.contracts.checkpoint.files.errors import NotRead, place
from neuroscript.contracts.registry import register_checkpoint


@register_checkpoint("torch", replace=False)
class TorchCheckpoint(CheckpointContract):
    """One `.pt` file with `model`, `optimizer` and `metadata`; read with `weights_only=True`.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.pt"
    >>> TorchCheckpoint().save(path, nn.Linear(2, 1), None, CheckpointMetadata(step=7))
    >>> TorchCheckpoint().load(path, nn.Linear(2, 1)).step
    7
    """

    suffix = ".pt"

    def save(
        self,
        path: str | Path,
        model: nn.Module,
        optimizer: Optimizer | None,
        metadata: CheckpointMetadata,
    ) -> None:
        """Writes the file; the one that was there stays until the new one is complete."""
        data = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict() if optimizer is not None else None,
            "metadata": asdict(metadata),
        }
        write_atomically(path, lambda unfinished: torch.save(data, unfinished))

    def load(
        self, path: str | Path, model: nn.Module, optimizer: Optimizer | None = None
    ) -> CheckpointMetadata:
        """Fills the model and the optimizer; raises CheckpointError if they do not fit."""
        path = Path(path)
        data = _read(path)
        fill_model(path, model, data["model"])
        if optimizer is not None:
            fill_optimizer(path, optimizer, data["optimizer"])
        return CheckpointMetadata(**data["metadata"])


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = _unpickled(path, file)
    except OSError as error:
        raise CheckpointError([NotRead(place(path), error.strerror or str(error))]) from None
    if not isinstance(data, dict) or not {"model", "optimizer", "metadata"} <= set(data):
        raise CheckpointError([NotRead(place(path), "another program wrote it")])
    return data


def _unpickled(path: Path, file: BinaryIO) -> Any:
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        reason = "it holds more than weights and plain data, or is no checkpoint"
        raise CheckpointError([NotRead(place(path), reason)]) from None
    except Exception as error:  # noqa: BLE001 - what garbage raises depends on its bytes
        reason = f"it is damaged or no checkpoint ({str(error).partition(chr(10))[0]})"
        raise CheckpointError([NotRead(place(path), reason)]) from None
