"""A mixture of experts in which each token gets one."""

from __future__ import annotations

from torch import Tensor

from neuroscript.primitives.router import Router, balance_loss


class SwitchFFN(Router):
    """A feed-forward layer of SwiGLU experts, of which each token gets the likeliest.

    Input [*b, dim], outputs [*b, dim] and the balance loss []. As MoEFFN with one active expert,
    weighted by its probability, through which the gate learns.
    Fedus et al., Switch Transformers, 2021.

    >>> import torch
    >>> out, aux_loss = SwitchFFN(8, num_experts=4, expert_dim=16)(torch.zeros(2, 5, 8))
    >>> out.shape, aux_loss.item()
    (torch.Size([2, 5, 8]), 1.0)
    """

    def __init__(self, dim: int, num_experts: int, expert_dim: int) -> None:
        super().__init__(dim, num_experts, 1, expert_dim, gated=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        out, p, chosen = self.routed(x)
        return out, balance_loss(p, chosen).to(x.dtype)

    def choice(self, p: Tensor) -> tuple[Tensor, Tensor]:
        weight, chosen = p.max(-1, keepdim=True)
        return chosen, weight
