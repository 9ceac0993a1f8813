"""Positions as a penalty on distance."""

from __future__ import annotations

import torch
from torch import nn


class ALiBi(nn.Module):
    """Attention scores, lowered in proportion to the distance of query and key.

    scores [b, num_heads, q, k] -> the same shape, any q and k: minus slope · |i + k - q - j| for
    query i and key j. `causal`: -inf where j > i + k - q. Slopes are 2^(-8(h+1)/num_heads) for a
    power of two; else those of the power m below it, then every other one of 2m's.
    `max_seq_len` is what the model is made for; nothing is tabulated. Press et al., 2022.

    >>> ALiBi(1)(torch.zeros(1, 1, 2, 3))
    tensor([[[[-0.0039,  0.0000, -0.0039],
              [-0.0078, -0.0039,  0.0000]]]])
    """

    def __init__(self, num_heads: int, max_seq_len: int = 2048, causal: bool = False) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.max_seq_len = max_seq_len
        self.causal = causal

    def slopes(self, device: torch.device) -> torch.Tensor:
        """One positive number per head, float32 [num_heads]."""
        head = torch.arange(self.num_heads, device=device, dtype=torch.float32)
        power = 1 << (self.num_heads.bit_length() - 1)
        of_power = 8 * (head + 1) / power
        of_double = 4 * (2 * (head - power) + 1) / power
        return torch.exp2(-torch.where(head < power, of_power, of_double))

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        q, k = scores.shape[-2:]
        last = torch.arange(q, device=scores.device).unsqueeze(-1) + (k - q)
        ahead = torch.arange(k, device=scores.device) - last
        penalty = self.slopes(scores.device)[:, None, None] * ahead.abs()
        scores = scores - penalty.to(scores.dtype)
        return scores.masked_fill(ahead > 0, float("-inf")) if self.causal else scores

    def extra_repr(self) -> str:
        return f"{self.num_heads}, causal={self.causal}"
