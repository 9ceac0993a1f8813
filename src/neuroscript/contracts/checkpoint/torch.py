"""Checkpoints as torch writes them."""

from __future__ import annotations

import pickle
import zipfile
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
    """One `.pt` file with `model`, `optimizer`, `metadata` and `tensors`.

    It is read with `weights_only=True`, so nothing in it can run.

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
            "metadata": metadata.as_json(),
            "tensors": metadata.tensors,
        }
        write_atomically(path, lambda unfinished: _write(unfinished, data))

    def load(
        self, path: str | Path, model: nn.Module, optimizer: Optimizer | None = None
    ) -> CheckpointMetadata:
        """Fills the model and the optimizer; raises CheckpointError if they do not fit."""
        path = Path(path)
        data = _read(path)
        fill_model(path, model, data["model"])
        if optimizer is not None:
            fill_optimizer(path, optimizer, data["optimizer"])
        return _metadata(data)

    def load_optimizer(self, path: str | Path, model: nn.Module, optimizer: Optimizer) -> None:
        """Fills the optimizer; raises CheckpointError if it does not fit."""
        path = Path(path)
        fill_optimizer(path, optimizer, _read(path)["optimizer"])

    def metadata(self, path: str | Path) -> CheckpointMetadata:
        """What the checkpoint says about itself, read without its weights."""
        path = Path(path)
        return _metadata(_read(path, mapped=True))


def _write(path: Path, data: dict[str, Any]) -> None:
    with path.open("wb") as file:  # given a name, torch does not tell why it cannot write
        torch.save(data, file)


def _metadata(data: dict[str, Any]) -> CheckpointMetadata:
    return CheckpointMetadata(**data["metadata"], tensors=data.get("tensors", {}))


def _read(path: Path, mapped: bool = False) -> dict[str, Any]:
    """What the file holds; if `mapped`, its tensors are read, and checked, by nobody yet."""
    try:
        _check(path, thoroughly=not mapped)
        with path.open("rb") as file:
            data = _unpickled(path, str(path) if mapped else file, mapped)
    except OSError as error:
        raise CheckpointError([NotRead(place(path), error.strerror or str(error))]) from None
    if not isinstance(data, dict) or not {"model", "optimizer", "metadata"} <= set(data):
        raise CheckpointError([NotRead(place(path), "another program wrote it")])
    return data


def _check(path: Path, thoroughly: bool) -> None:
    """Raises CheckpointError for a file that is cut off, or of which bytes are not as written."""
    damaged = None
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip() if thoroughly else None
    except zipfile.BadZipFile:
        raise CheckpointError([NotRead(place(path), "it is damaged or no checkpoint")]) from None
    if damaged is not None:
        raise CheckpointError([NotRead(place(path), f"it is damaged, in `{damaged}`")])


def _unpickled(path: Path, file: BinaryIO | str, mapped: bool) -> Any:
    try:
        return torch.load(file, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError:
        reason = "it holds more than weights and plain data, or is no checkpoint"
        raise CheckpointError([NotRead(place(path), reason)]) from None
    except Exception as error:  # noqa: BLE001 - what garbage raises depends on its bytes
        reason = f"it is damaged or no checkpoint ({str(error).partition(chr(10))[0]})"
        raise CheckpointError([NotRead(place(path), reason)]) from None
