"""Coordinates as waves of random directions."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional


class GaussianFourierFeatures(nn.Module):
    """Sines and cosines of random projections, which let a network learn fine detail.

    Input [*b, in_dim], output [*b, 2·num_features]: sin(2πWx), then cos(2πWx). W
    [num_features, in_dim], normal with deviation `scale`, is drawn once, is saved as `weight`, and
    does not train. Computed in float32, then in x's dtype. Tancik et al., 2020.

    >>> GaussianFourierFeatures(2, 8)(torch.zeros(5, 2)).shape
    torch.Size([5, 16])
    """

    weight: torch.Tensor

    def __init__(self, in_dim: int, num_features: int, scale: float = 1.0) -> None:
        super().__init__()
        self.in_dim = in_dim
        self.num_features = num_features
        self.scale = scale
        self.register_buffer("weight", torch.randn(num_features, in_dim) * scale)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = torch.promote_types(x.dtype, torch.float32)
        with torch.autocast(x.device.type, enabled=False):
            angles = functional.linear(x.to(wide), 2 * math.pi * self.weight.to(wide))
        return torch.cat((angles.sin(), angles.cos()), -1).to(x.dtype)

    def extra_repr(self) -> str:
        return f"{self.in_dim}, {self.num_features}, scale={self.scale}"
