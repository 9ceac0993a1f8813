"""Experts chosen by sigmoids and kept in balance without a loss."""

from __future__ import annotations

import torch
from torch import Tensor

from neuroscript.primitives.experts import load
from neuroscript.primitives.router import ROUTER_EPSILON, Router


class SigmoidMoERouter(Router):
    """MoERouter with scores σ(gate x), balanced by a bias that only the choice sees.

    Input and output [*b, dim]. The k experts with the largest score + bias are weighted by
    score / (Σ score + 1e-6). Each training step moves the buffer `bias` by update_rate · (1/E - the
    share of the choices that an expert got). No token is dropped.
    Wang et al., Auxiliary-Loss-Free Load Balancing Strategy for Mixture-of-Experts, 2024.

    >>> SigmoidMoERouter(8, 4, 2, expert_dim=16)(torch.zeros(2, 5, 8)).shape
    torch.Size([2, 5, 8])
    """

    bias: Tensor

    def __init__(
        self,
        dim: int,
        num_experts: int,
        active_experts: int,
        expert_dim: int,
        update_rate: float = 0.01,
    ) -> None:
        super().__init__(dim, num_experts, active_experts, expert_dim, gated=False)
        self.update_rate = update_rate
        self.register_buffer("bias", torch.zeros(num_experts))

    def forward(self, x: Tensor) -> Tensor:
        out, _, chosen = self.routed(x)
        if self.training:
            share = load(chosen, self.num_experts).to(self.bias.dtype) / chosen.numel()
            self.bias.add_(self.update_rate * (1 / self.num_experts - share))
        return out

    def probabilities(self, logits: Tensor) -> Tensor:
        return logits.sigmoid()

    def choice(self, p: Tensor) -> tuple[Tensor, Tensor]:
        chosen = (p.detach() + self.bias).topk(self.active_experts, dim=-1).indices
        weight = p.gather(-1, chosen)
        return chosen, weight / (weight.sum(-1, keepdim=True) + ROUTER_EPSILON)
