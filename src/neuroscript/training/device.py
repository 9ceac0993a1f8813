"""Where a trained model answers."""

from __future__ import annotations

import torch
from torch import nn


def put_on(model: nn.Module, device: str = "auto") -> torch.device:
    """Moves a model to a device: `cpu`, `cuda:1`, or for `auto` the best that there is.

    Raises ValueError if there is no such device.

    >>> put_on(nn.Linear(2, 1), "cpu")
    device(type='cpu')
    """
    try:
        chosen = _best() if device == "auto" else torch.device(device)
        model.to(chosen)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(str(error).splitlines()[0]) from None
    return chosen


def _best() -> torch.device:
    found = torch.accelerator.current_accelerator(check_available=True)
    return found if found is not None else torch.device("cpu")
