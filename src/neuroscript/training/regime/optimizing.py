"""The optimizer of a module with its groups and its schedule, as Lightning takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neuroscript.contracts import create_optimizer
from neuroscript.training.regime.freeze import freeze
from neuroscript.training.regime.groups import as_torch, parameter_groups
from neuroscript.training.regime.schedule import with_schedule

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from neuroscript.training.hooks import RegistryHooks


def optimizer_of(module: RegistryHooks) -> Optimizer | dict[str, Any] | Any:
    """The optimizer over what is not frozen; with a schedule, what Lightning wants for both."""
    state, model = module.state, module.model
    config = state.config
    groups = None
    if config is not None:
        state.frozen = freeze(model, config)
        groups = as_torch(model, parameter_groups(model, config, state.optimizer, state.folders))
    optimizer = create_optimizer(
        state.optimizer, model, state.lr, groups=groups, folders=state.folders
    )
    trainer = getattr(module, "_trainer", None)
    if config is None or config.training.schedule is None or trainer is None:
        return optimizer
    every = trainer.check_val_every_n_epoch or 1
    steps = trainer.estimated_stepping_batches
    schedules = with_schedule(config, optimizer, steps, every, state.best_of, state.folders)
    state.scheduled = optimizer
    state.watched |= any(str(one.get("monitor")).startswith("train_") for one in schedules)
    return [optimizer], schedules
