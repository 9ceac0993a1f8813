"""What the mixtures of experts share."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from neuroscript.primitives.experts import Experts, load
from neuroscript.primitives.full_precision import full_dtype

ROUTER_EPSILON = 1e-6


class Router(nn.Module):
    """A gate [dim -> num_experts] without bias, and experts, of which each token gets a few."""

    def __init__(
        self, dim: int, num_experts: int, active_experts: int, expert_dim: int, gated: bool
    ) -> None:
        super().__init__()
        if not 1 <= active_experts <= num_experts:
            raise ValueError(f"{active_experts} of {num_experts} experts cannot be active")
        self.active_experts = active_experts
        self.num_experts = num_experts
        self.gate = nn.Linear(dim, num_experts, bias=False)
        self.experts = Experts(dim, num_experts, expert_dim, gated)

    def routed(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The output, the probabilities [tokens, experts] and the choices [tokens, active]."""
        tokens = x.reshape(-1, x.shape[-1])
        logits = self.gate(tokens)
        p = self.probabilities(logits.to(full_dtype(logits)))
        chosen, weight = self.choice(p)
        # The dtype of the gate is that of every nn.Linear here, be it by autocast.
        out = self.experts(tokens.to(logits.dtype), chosen, weight)
        return out.view(x.shape), p, chosen

    def probabilities(self, logits: Tensor) -> Tensor:
        return logits.softmax(-1)

    def choice(self, p: Tensor) -> tuple[Tensor, Tensor]:
        """The experts of each token and their weights, which sum to 1."""
        weight, chosen = p.topk(self.active_experts, dim=-1)
        return chosen, weight / (weight.sum(-1, keepdim=True) + ROUTER_EPSILON)


def balance_loss(p: Tensor, chosen: Tensor) -> Tensor:
    """E Σ_e (share of the choices that fall on e) · (mean p_e): 1 where all experts get as much."""
    num_experts = p.shape[-1]
    share = load(chosen, num_experts).to(p.dtype) / chosen.numel()
    return num_experts * torch.dot(share, p.mean(0))
