"""Less memory for more time."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class Checkpoint(nn.Module):
    """The block itself, which in training keeps no inner values and computes them again.

    Inputs and outputs are those of `block`, weights below the key `block`. In backward the block
    runs a second time, with the same random numbers. Chen et al., 2016.

    >>> Checkpoint(nn.Linear(3, 5))(torch.zeros(2, 3)).shape
    torch.Size([2, 5])
    """

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, *inputs: torch.Tensor) -> Any:
        if self.training and torch.is_grad_enabled():
            return checkpoint(self.block, *inputs, use_reentrant=False)
        return self.block(*inputs)
