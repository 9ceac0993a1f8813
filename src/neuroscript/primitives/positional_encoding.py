"""Positions as waves."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class PositionalEncoding(nn.Module):
    """Adds to each position a fixed pattern of sines and cosines, then drops out.

    Input [*b, seq, dim], output the same shape. Feature 2i gets sin(p · 10000^(-2i/dim)) at
    position p, feature 2i + 1 its cosine; dim may be odd. `max_len` is what the model is made for:
    the pattern is computed, in float32, so that longer sequences work too. `dropout`: probability,
    in training, with which an element of the sum becomes 0. Vaswani et al., 2017.

    >>> PositionalEncoding(4)(torch.zeros(1, 2, 4))
    tensor([[[0.0000, 1.0000, 0.0000, 1.0000],
             [0.8415, 0.5403, 0.0100, 0.9999]]])
    """

    def __init__(self, dim: int, max_len: int = 5000, dropout: float = 0.0) -> None:
        super().__init__()
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout {dropout} is no probability")
        self.dim = dim
        self.max_len = max_len
        self.dropout = dropout

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        dtype = torch.promote_types(x.dtype, torch.float32)
        exponents = torch.arange(0, self.dim, 2, device=x.device).to(dtype) / self.dim
        positions = torch.arange(x.shape[-2], device=x.device).to(dtype)
        angles = positions.unsqueeze(-1) * 10000.0**-exponents
        pattern = torch.stack((angles.sin(), angles.cos()), -1).flatten(-2)[:, : self.dim]
        return functional.dropout(x + pattern.to(x.dtype), self.dropout, self.training)

    def extra_repr(self) -> str:
        return f"{self.dim}, dropout={self.dropout}"
