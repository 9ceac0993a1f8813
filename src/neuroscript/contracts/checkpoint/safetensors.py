"""Checkpoints as safetensors: tensors and text, nothing that runs when it is read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
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

OPTIMIZER, RUN = "optimizer/", "run/"
"""What the names of tensors begin with that are no weights; no module's name has a slash."""

SYSTEM_SAID = re.compile(r"I/O error: (.*) \(os error (\d+)\)")
"""What the library makes of an error of the system."""


@register_checkpoint("safetensors", replace=False)
class SafetensorsCheckpoint(CheckpointContract):
    """One `.safetensors` file: weights by name, the optimizer's tensors, the rest as JSON.

    Weights that share memory are stored once.
    """

    suffix = ".safetensors"

    def save(
        self,
        path: str | Path,
        model: nn.Module,
        optimizer: Optimizer | None,
        metadata: CheckpointMetadata,
    ) -> None:
        """Writes the file; the one that was there stays until the new one is complete."""
        tensors, shared = _without_shared(model.state_dict())
        tensors |= {f"{RUN}{name}": tensor for name, tensor in metadata.tensors.items()}
        text = {"metadata": json.dumps(metadata.as_json()), "shared": json.dumps(shared)}
        if optimizer is not None:
            states, rest = _flattened(optimizer.state_dict())
            tensors |= states
            text["optimizer"] = json.dumps(rest)
        whole = _apart(tensors)
        write_atomically(path, lambda unfinished: _write(unfinished, whole, text))

    def load(
        self, path: str | Path, model: nn.Module, optimizer: Optimizer | None = None
    ) -> CheckpointMetadata:
        """Fills the model and the optimizer; raises CheckpointError if they do not fit."""
        path = Path(path)
        tensors, text = _read(path)
        weights = {n: t for n, t in tensors.items() if not n.startswith((OPTIMIZER, RUN))}
        for name, other in json.loads(text.get("shared", "{}")).items():
            weights[name] = weights[other]
        fill_model(path, model, weights)
        if optimizer is not None:
            _fill_optimizer(path, optimizer, tensors, text)
        return _metadata(tensors, text)

    def load_optimizer(self, path: str | Path, model: nn.Module, optimizer: Optimizer) -> None:
        """Fills the optimizer; raises CheckpointError if it does not fit."""
        path = Path(path)
        _fill_optimizer(path, optimizer, *_read(path, OPTIMIZER))

    def metadata(self, path: str | Path) -> CheckpointMetadata:
        """What the checkpoint says about itself, read without its weights."""
        return _metadata(*_read(Path(path), RUN))


def _write(path: Path, tensors: dict[str, Tensor], text: dict[str, str]) -> None:
    try:
        save_file(tensors, path, metadata=text)
    except SafetensorError as error:
        told = SYSTEM_SAID.search(str(error))
        raise OSError(int(told[2]), told[1]) if told else RuntimeError(str(error)) from error


def _fill_optimizer(
    path: Path, optimizer: Optimizer, tensors: dict[str, Tensor], text: dict[str, str]
) -> None:
    rest = json.loads(text["optimizer"]) if "optimizer" in text else None
    fill_optimizer(path, optimizer, _unflattened(tensors, rest))


def _metadata(tensors: dict[str, Tensor], text: dict[str, str]) -> CheckpointMetadata:
    own = {n.removeprefix(RUN): t for n, t in tensors.items() if n.startswith(RUN)}
    return CheckpointMetadata(**json.loads(text.get("metadata", "{}")), tensors=own)


def _read(path: Path, beginning: str = "") -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors whose names begin so, and the text."""
    try:
        with safe_open(path, framework="pt") as file:
            names = [name for name in file.keys() if name.startswith(beginning)]  # noqa: SIM118
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except OSError as error:
        raise CheckpointError([NotRead(place(path), error.strerror or str(error))]) from None
    except SafetensorError as error:
        reason = f"it is damaged or no safetensors file ({error})"
        raise CheckpointError([NotRead(place(path), reason)]) from None


def _apart(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Contiguous tensors of which no two share memory, as the format wants them."""
    seen: set[int] = set()
    apart = {}
    for name, tensor in tensors.items():
        whole = tensor.contiguous()
        address = whole.untyped_storage().data_ptr()
        apart[name] = whole.clone() if address in seen else whole
        seen.add(address)
    return apart


def _without_shared(state: dict[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a state dict, each once, and the first name of each repeated one."""
    tensors: dict[str, Tensor] = {}
    shared: dict[str, str] = {}
    seen: dict[tuple[Any, ...], str] = {}
    for name, tensor in state.items():
        key = (tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype)
        if tensor.numel() and key in seen:
            shared[name] = seen[key]
        else:
            seen[key] = name
            tensors[name] = tensor
    return tensors, shared


def _flattened(state: dict[str, Any]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """An optimizer's tensors by `optimizer/<parameter>/<name>`, and everything else."""
    tensors: dict[str, Tensor] = {}
    plain: dict[str, dict[str, Any]] = {}
    for parameter, values in state["state"].items():
        plain[str(parameter)] = {}
        for name, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"{OPTIMIZER}{parameter}/{name}"] = value
            else:
                plain[str(parameter)][name] = value
    return tensors, {"state": plain, "param_groups": state["param_groups"]}


def _unflattened(tensors: dict[str, Tensor], rest: dict[str, Any] | None) -> dict[str, Any] | None:
    if rest is None:
        return None
    states: dict[int, dict[str, Any]] = {int(p): dict(v) for p, v in rest["state"].items()}
    for full_name, tensor in tensors.items():
        if full_name.startswith(OPTIMIZER):
            _, parameter, name = full_name.split("/", 2)
            states[int(parameter)][name] = tensor
    return {"state": states, "param_groups": rest["param_groups"]}
