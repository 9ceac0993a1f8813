"""A layer of one's own, for examples/15-air.ns."""

import math

import torch
from torch import nn


class Harmonics(nn.Module):
    """cos 2πkt and sin 2πkt, for k from 1 to `count`: [batch, 1] -> [batch, 2 * count]."""

    def __init__(self, count: int, period: float = 1.0) -> None:
        super().__init__()
        turns = torch.arange(1, count + 1) * (2 * math.pi / period)
        self.register_buffer("turns", turns, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        angles = x * self.turns
        return torch.cat([angles.cos(), angles.sin()], dim=-1)
