"""A mixture of SwiGLU experts with its balance loss."""

from __future__ import annotations

from torch import Tensor

from neuroscript.primitives.router import Router, balance_loss


class MoEFFN(Router):
    """A feed-forward layer of SwiGLU experts, of which each token gets `active_experts`.

    Input [*b, dim], outputs [*b, dim] and the balance loss []. p = softmax(gate x), in float32; the
    largest k are scaled to sum to 1 (p / (Σp + 1e-6)); an expert is out(SiLU(gate x) ⊙ value x) of
    width `expert_dim`, without biases (`experts.up` holds gate, then value). No token is dropped.
    The loss E Σ_e (share of the choices that fall on e) · (mean p_e) is 1 in balance, more without.
    Jiang et al., Mixtral of Experts, 2024; the loss: Fedus et al., Switch Transformers, 2021.

    >>> import torch
    >>> out, aux_loss = MoEFFN(8, 4, 2, expert_dim=16)(torch.zeros(2, 5, 8))
    >>> out.shape, aux_loss.item()
    (torch.Size([2, 5, 8]), 1.0)
    """

    def __init__(self, dim: int, num_experts: int, active_experts: int, expert_dim: int) -> None:
        super().__init__(dim, num_experts, active_experts, expert_dim, gated=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        out, p, chosen = self.routed(x)
        return out, balance_loss(p, chosen).to(x.dtype)
