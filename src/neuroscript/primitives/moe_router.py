"""Experts chosen by the softmax of a gate."""

from __future__ import annotations

from torch import Tensor

from neuroscript.primitives.router import Router


class MoERouter(Router):
    """Each token gets the `active_experts` likeliest experts, weighted by their probabilities.

    Input and output [*b, dim]. p = softmax(gate x), in float32; the largest k are scaled to sum to
    1 (p / (Σp + 1e-6)); an expert is out(SiLU(up x)) of width `expert_dim`, without biases. No
    token is dropped. Shazeer et al., Outrageously Large Neural Networks, 2017.

    >>> import torch
    >>> MoERouter(8, num_experts=4, active_experts=2, expert_dim=16)(torch.zeros(2, 5, 8)).shape
    torch.Size([2, 5, 8])
    """

    def __init__(self, dim: int, num_experts: int, active_experts: int, expert_dim: int) -> None:
        super().__init__(dim, num_experts, active_experts, expert_dim, gated=False)

    def forward(self, x: Tensor) -> Tensor:
        out, _, _ = self.routed(x)
        return out
