"""Times of a diffusion as waves."""

from __future__ import annotations

import torch
from torch import nn


class SinusoidalTimestepEmbedding(nn.Module):
    """Cosines and sines of a time at frequencies from 1 down to about 1 / max_period.

    Input [b] of int or float (any shape works), output [b, dim]: cos(t · max_period^(-2i/dim)) for
    i < ⌊dim/2⌋, then the sines, or sines first without `cos_first`; an odd dim ends with a 0.
    Computed in float32, then in the dtype of a float input. Ho et al., 2020.

    >>> SinusoidalTimestepEmbedding(4)(torch.tensor([0, 100]))
    tensor([[ 1.0000,  1.0000,  0.0000,  0.0000],
            [ 0.8623,  0.5403, -0.5064,  0.8415]])
    """

    def __init__(self, dim: int, max_period: float = 10000.0, cos_first: bool = True) -> None:
        super().__init__()
        self.dim = dim
        self.max_period = max_period
        self.cos_first = cos_first

    def forward(self, t: torch.Tensor) -> torch.Tensor:
        wide = torch.promote_types(t.dtype, torch.float32)
        index = torch.arange(self.dim // 2, device=t.device).to(wide)
        angles = t.to(wide).unsqueeze(-1) * self.max_period ** (-2 * index / self.dim)
        waves = (angles.cos(), angles.sin()) if self.cos_first else (angles.sin(), angles.cos())
        padded = nn.functional.pad(torch.cat(waves, -1), (0, self.dim % 2))
        return padded.to(t.dtype) if t.is_floating_point() else padded

    def extra_repr(self) -> str:
        return f"{self.dim}, max_period={self.max_period}"
