"""Positions as a learnt bias for each distance."""

from __future__ import annotations

import torch
from torch import nn


class RelativeScoreBias(nn.Module):
    """Attention scores plus a learnt number for each head and distance.

    scores [b, num_heads, q, k] -> the same shape, any q and k. The distance of key j from query i
    is j - (i + k - q), and no more than max_distance - 1 either way. Weight: `table`
    [num_heads, 2·max_distance - 1], zeros at the start. Shaw et al., 2018; Raffel et al., 2020.

    >>> RelativeScoreBias(2, 16)(torch.zeros(1, 2, 3, 3)).shape
    torch.Size([1, 2, 3, 3])
    """

    def __init__(self, num_heads: int, max_distance: int) -> None:
        super().__init__()
        if max_distance < 1:
            raise ValueError(f"max_distance {max_distance} is less than 1")
        self.num_heads = num_heads
        self.max_distance = max_distance
        self.table = nn.Parameter(torch.zeros(num_heads, 2 * max_distance - 1))

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        q, k = scores.shape[-2:]
        far = self.max_distance - 1
        last = torch.arange(q, device=scores.device).unsqueeze(-1) + (k - q)
        distance = (torch.arange(k, device=scores.device) - last).clamp(-far, far)
        # Its backward is several times faster than that of indexing with a matrix.
        bias = self.table.index_select(1, (distance + far).flatten())
        return scores + torch.unflatten(bias, 1, (q, k)).to(scores.dtype)

    def extra_repr(self) -> str:
        return f"{self.num_heads}, {self.max_distance}"
