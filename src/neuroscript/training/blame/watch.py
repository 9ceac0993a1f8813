"""Looking at losses and gradients where that costs nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from torch import Tensor

from neuroscript.contracts.errors import said
from neuroscript.training.blame.blame import blame
from neuroscript.training.blame.errors import Culprit, NonFiniteLoss, NonFiniteLossError
from neuroscript.training.processes.shards import whole
from neuroscript.training.processes.together import added

if TYPE_CHECKING:
    from neuroscript.training.hooks import RegistryHooks

AT_ONCE = ("cpu",)
"""Devices whose values can be read without waiting; those of others are read when they are told."""


def check_loss(module: RegistryHooks, batch: Any, loss: Tensor) -> None:
    """Ends training before a loss that is no number reaches the weights.

    Raises NonFiniteLossError, which says who is to blame.
    """
    if loss.device.type in AT_ONCE or module.state.log_every == 1:
        (value,) = added(loss.item())  # so that all processes end at the same step
        if not math.isfinite(value):
            raise _failed(module, batch, "the loss", str(value), gradient=False)


def check_gradient(module: RegistryHooks) -> None:
    """The same for a gradient.

    One that is no number spreads from where it began down to the first layer, so that it is enough
    to look there.
    """
    first = next((p for p in module.model.parameters() if p.requires_grad), None)
    if first is None or first.grad is None or first.device.type not in AT_ONCE:
        return
    value = whole(first.grad.sum()).item()
    if math.isfinite(value):
        return
    gradient = whole(first.grad)
    if not bool(gradient.isfinite().all()):
        kind = "nan" if bool(gradient.isnan().any()) else "infinite"
        raise _failed(module, module.state.batch, "the gradient", kind, gradient=True)


def non_finite(module: RegistryHooks, step: int, value: float) -> NonFiniteLossError:
    """What to raise for a loss that was read after its step."""
    spoilt = blame_safely(module, module.state.batch, gradient=False)
    return _error(module, step, "the loss", str(value), spoilt)


def blame_safely(module: RegistryHooks, batch: Any, gradient: bool) -> Culprit | None:
    """Who is to blame, or None if looking for that fails: the failure at hand is told anyway."""
    try:
        return blame(module, batch, gradient)
    except Exception:  # noqa: BLE001 (a model may do anything when it is run once more)
        return None


def _failed(
    module: RegistryHooks, batch: Any, what: str, value: str, gradient: bool
) -> NonFiniteLossError:
    culprit = blame_safely(module, batch, gradient)
    return _error(module, module.trainer.global_step + 1, what, value, culprit)


def _error(
    module: RegistryHooks, step: int, what: str, value: str, culprit: Culprit | None
) -> NonFiniteLossError:
    lr = module.state.lr
    line = None if culprit is None else culprit.place
    place = said("lr", f"{lr:g}") if line is None else line
    return NonFiniteLossError([NonFiniteLoss(place, step, what, value, lr, culprit)])
