"""What looks after the weights while they are trained, as callbacks of Lightning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.training.regime.ema import Averaging
from neuroscript.training.regime.recompute import Recomputing, recomputed_layers

if TYPE_CHECKING:
    from lightning.pytorch.callbacks import Callback

    from neuroscript.training.hooks import RegistryHooks


def callbacks_of(module: RegistryHooks) -> list[Callback]:
    """The callbacks that the settings of a module ask for; the same ones every time."""
    state, config = module.state, module.state.config
    if config is None:
        return []
    if config.training.ema is not None and state.averaging is None:
        state.averaging = Averaging(config.training.ema)
    if config.training.gradient_checkpointing and state.recomputing is None:
        state.recomputing = Recomputing(list(recomputed_layers(module.model, config).values()))
    return [made for made in (state.averaging, state.recomputing) if made is not None]
