"""The mixer of Mamba."""

from __future__ import annotations

from neuroscript.primitives.mamba import Mamba


class MambaMixer(Mamba):
    """Mamba: a gated state space whose steps, inputs and outputs depend on the input.

    Input and output [batch, seq, dim]; output t depends on inputs up to t. With inner = expand·dim:
    u, z = in_proj x; u = SiLU(conv1d u), causal over d_conv steps; dt, B, C = x_proj u;
    Δ = softplus(dt_proj dt); A = -exp A_log; h ← exp(ΔA) h + ΔB u, for each of the inner channels
    d_state numbers; y = C·h + D u; out_proj(y SiLU z). The scan runs in float32.

    `dt_rank` -1 means ⌈dim / 16⌉. The weights are called and shaped as in `state-spaces/mamba` and
    in Hugging Face's MambaMixer. Gu & Dao, Mamba, 2023.

    >>> import torch
    >>> MambaMixer(8)(torch.zeros(2, 5, 8)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(
        self, dim: int, d_state: int = 16, d_conv: int = 4, expand: int = 2, dt_rank: int = -1
    ) -> None:
        rank = -(-dim // 16) if dt_rank == -1 else dt_rank
        super().__init__(dim, d_state, d_conv, expand, rank, groups=expand * dim)
