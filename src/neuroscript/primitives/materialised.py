"""Layers whose sizes are known when the model runs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class Materialised(nn.ModuleDict):
    """One layer for each tuple of sizes it has met, built on demand by `make(*sizes)`.

    The layer for sizes (64, 8) is registered under the key `64_8`. Loading a state dict builds the
    layers that its keys name. Once `seal()` has been called, as a trainer does when it makes the
    optimizer, a size met for the first time gives a warning (NS909): no optimizer knows its layer.

    >>> layers = Materialised(lambda d: nn.Linear(d, 3))
    >>> layers.at(torch.zeros(2, 5), 5)(torch.zeros(2, 5)).shape
    torch.Size([2, 3])
    >>> list(layers.state_dict())
    ['5.weight', '5.bias']
    """

    def __init__(self, make: Callable[..., nn.Module]) -> None:
        super().__init__()
        self.make = make
        self.sealed = False

    def at(self, x: torch.Tensor, *sizes: int) -> nn.Module:
        """The layer for these sizes, on the device of `x` and in its dtype if that is floating."""
        key = "_".join(str(int(size)) for size in sizes)
        if key not in self:
            if self.sealed:
                warnings.warn(
                    f"NS909: a layer for sizes {key.replace('_', ', ')} is built after the "
                    "optimizer, which does not train it",
                    stacklevel=2,
                )
            layer = self.make(*(int(size) for size in sizes)).to(x.device)
            self[key] = layer.to(x.dtype) if x.is_floating_point() else layer
        return self[key]

    def seal(self) -> None:
        """Say that from here on no optimizer will learn of new layers."""
        self.sealed = True

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        for name in state_dict:
            found = re.match(re.escape(prefix) + r"(\d+(?:_\d+)*)\.", name)
            if found and found[1] not in self:
                self[found[1]] = self.make(*(int(size) for size in found[1].split("_")))
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
