"""Mamba with heads."""

from __future__ import annotations

from torch import Tensor, nn

from neuroscript.primitives.mamba import Mamba


class MambaBlock(Mamba):
    """MambaMixer with a decay for each head instead of each channel, and a norm before the gate.

    Input and output [batch, seq, dim]; output t depends on inputs up to t. The expand·dim channels
    are divided among `num_heads`, which share A_log [num_heads, d_state]; the steps Δ come from
    `num_heads` numbers; y is normalised (RMSNorm) before the gate SiLU z.
    After Dao & Gu, Transformers are SSMs, 2024.

    >>> import torch
    >>> MambaBlock(8, d_state=4, num_heads=2)(torch.zeros(2, 5, 8)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(
        self, dim: int, d_state: int = 128, d_conv: int = 4, num_heads: int = 1, expand: int = 2
    ) -> None:
        super().__init__(dim, d_state, d_conv, expand, dt_rank=num_heads, groups=num_heads)
        self.norm = nn.RMSNorm(expand * dim, eps=1e-6)

    def normalised(self, y: Tensor) -> Tensor:
        exact = self.norm.weight.to(y.dtype)
        return nn.functional.rms_norm(y, self.norm.normalized_shape, exact, self.norm.eps)
