"""Putting what a checkpoint holds into a model and an optimizer, if it fits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from neuroscript.contracts.checkpoint.files.errors import (
    CheckpointError,
    ModelDiffers,
    OptimizerDiffers,
    place,
)


def fill_model(path: Path, model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Loads a state dict strictly; raises CheckpointError with every difference."""
    own = model.state_dict()
    missing = [name for name in own if name not in state]
    extra = [name for name in state if name not in own]
    shapes = [
        (name, tuple(state[name].shape), tuple(tensor.shape))
        for name, tensor in own.items()
        if isinstance(tensor, Tensor) and name in state and state[name].shape != tensor.shape
    ]
    if missing or extra or shapes:
        raise CheckpointError([ModelDiffers(place(path), missing, extra, shapes)])
    model.load_state_dict(dict(state))


def fill_optimizer(path: Path, optimizer: Optimizer, state: Mapping[str, Any] | None) -> None:
    """Loads an optimizer's state; raises CheckpointError if it is of another optimizer."""
    if state is None:
        raise CheckpointError([OptimizerDiffers(place(path), "it was saved without one")])
    saved, here = _options(state), _options(optimizer.state_dict())
    if saved != here:
        reason = f"it has {_listed(saved - here) or 'fewer options'}"
        if here - saved:
            reason += f" and lacks {_listed(here - saved)}"
        raise CheckpointError([OptimizerDiffers(place(path), reason)])
    try:
        optimizer.load_state_dict(dict(state))
    except (ValueError, KeyError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise CheckpointError([OptimizerDiffers(place(path), reason)]) from error


def _options(state: Mapping[str, Any]) -> set[str]:
    """The options of the parameter groups, which tell optimizers apart."""
    return {option for group in state["param_groups"] for option in group}


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
