"""Dropout of a whole path."""

from __future__ import annotations

import torch
from torch import nn


class DropPath(nn.Module):
    """In training, whole samples become 0 with probability `drop_prob`: stochastic depth.

    Input [b, ..], output the same shape. What stays grows by 1 / (1 - drop_prob), which keeps the
    mean, unless `scale_by_keep` is off. Identity in eval. Huang et al., 2016.

    >>> DropPath(1.0)(torch.ones(2, 3)).sum()
    tensor(0.)
    """

    def __init__(self, drop_prob: float = 0.1, scale_by_keep: bool = True) -> None:
        super().__init__()
        if not 0 <= drop_prob <= 1:
            raise ValueError(f"drop_prob {drop_prob} is no probability")
        self.drop_prob = drop_prob
        self.scale_by_keep = scale_by_keep

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.drop_prob == 0:
            return x
        keep = 1 - self.drop_prob
        each = x.shape[:1] + (1,) * (x.ndim - 1)
        kept = (torch.rand(each, device=x.device) < keep).to(x.dtype)
        return x * (kept / keep if self.scale_by_keep and keep > 0 else kept)

    def extra_repr(self) -> str:
        return f"{self.drop_prob}"
