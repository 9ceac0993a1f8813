"""Where all sources of random numbers stand."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch


def randomness(devices: bool = True) -> dict[str, Any]:
    """The state of torch's, numpy's and Python's random numbers, of every device if asked.

    >>> state = randomness()
    >>> first = torch.rand(1), random.random()
    >>> go_on_from(state)
    >>> first == (torch.rand(1), random.random())
    True
    """
    state: dict[str, Any] = {
        "torch": torch.get_rng_state(),
        "numpy": np.random.get_state(legacy=False),
        "python": random.getstate(),
    }
    if devices and torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def go_on_from(state: dict[str, Any]) -> None:
    """Puts the sources back to where they stood; devices that are not there are passed over."""
    torch.set_rng_state(state["torch"])
    np.random.set_state(state["numpy"])
    random.setstate(state["python"])
    for index, of_device in enumerate(state.get("cuda", ())):
        if index < torch.cuda.device_count():
            torch.cuda.set_rng_state(of_device, index)


def begin_anew(seed: int) -> None:
    """Seeds the sources on the CPU, which says all that they will give."""
    torch.default_generator.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)
