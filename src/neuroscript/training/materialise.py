"""Layers whose sizes are known when the model runs: built before the optimizer is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from neuroscript.primitives import Materialised

if TYPE_CHECKING:
    from neuroscript.training.hooks import RegistryHooks


def materialise(hooks: RegistryHooks) -> list[Materialised]:
    """Runs the first batch once, if some layers wait for it; those that will be sealed.

    A layer that is built later is unknown to the optimizer, which is why this comes before it.
    """
    waiting = [layer for layer in hooks.model.modules() if isinstance(layer, Materialised)]
    if waiting:
        batch = _first_batch(hooks)
        if batch is not None:
            _run(hooks, batch)
    return waiting


def _first_batch(hooks: RegistryHooks) -> Any:
    """The first batch of training, on the device of the model; None without a trainer."""
    trainer = getattr(hooks, "_trainer", None)
    if trainer is None:
        return None
    trainer.fit_loop.setup_data()
    batch = next(iter(trainer.train_dataloader), None)
    return None if batch is None else trainer.strategy.batch_to_device(batch)


def _run(hooks: RegistryHooks, batch: Any) -> None:
    """One forward pass in evaluation mode that leaves nothing behind but the layers it builds."""
    model: nn.Module = hooks.model
    objective = hooks.state.objective_for(model, batch)
    training = model.training
    model.eval()
    with torch.no_grad():
        model(*objective.inputs(batch))
    model.train(training)
