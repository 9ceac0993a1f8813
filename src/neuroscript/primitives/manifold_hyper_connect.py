"""Hyper-connections whose mixture of the streams keeps their sum."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroscript.primitives.full_precision import full_dtype, full_precision


class ManifoldHyperConnect(nn.Module):
    """A layer between n residual streams, which are mixed by a doubly stochastic matrix.

    Input and output [*b, n, dim]: R x + Q ⊗ layer(Σ_j P_j x_j). With r = RMSNorm of the n·dim
    numbers: P = σ(α₁ φ₁ r + b₁), Q = 2σ(α₂ φ₂ r + b₂), R = Sinkhorn(exp(α₃ φ₃ r + b₃)), rows
    and then columns `sinkhorn_iters` times, in float32. φ starts at 0, α at `alpha_init`, b₁
    one-hot at `layer_idx` mod n, b₂ at 1/n, b₃ at I. Static: b alone. `layer` is a module
    [*b, dim] -> [*b, dim], or a callable that builds it.
    Xie et al., mHC: Manifold-Constrained Hyper-Connections, 2025.

    >>> ManifoldHyperConnect(nn.Linear(8, 8), 2, 8, layer_idx=0)(torch.zeros(3, 2, 8)).shape
    torch.Size([3, 2, 8])
    """

    def __init__(
        self,
        layer: nn.Module | Callable[[], nn.Module],
        n: int,
        dim: int,
        layer_idx: int,
        alpha_init: float = 0.01,
        sinkhorn_iters: int = 20,
        dynamic: bool = True,
    ) -> None:
        super().__init__()
        self.layer = layer if isinstance(layer, nn.Module) else layer()
        self.n = n
        self.sinkhorn_iters = sinkhorn_iters
        self.dynamic = dynamic
        self.pre = nn.Parameter(torch.eye(n)[layer_idx % n].clone())
        self.post = nn.Parameter(torch.full((n,), 1 / n))
        self.mix = nn.Parameter(torch.eye(n))
        if dynamic:
            self.norm = nn.RMSNorm(n * dim, eps=1e-6)
            self.phi = nn.Linear(n * dim, n * (n + 2), bias=False)
            nn.init.zeros_(self.phi.weight)
            self.alpha = nn.Parameter(torch.full((3,), alpha_init))

    def forward(self, x: Tensor) -> Tensor:
        pre, post, mix = self.logits(x)
        inside = pre.sigmoid().to(x.dtype)
        back = 2 * post.sigmoid()
        around = sinkhorn(mix, self.sinkhorn_iters).to(x.dtype)
        # The streams are residuals: autocast would round them at every layer.
        with full_precision(x):
            entering = (inside.unsqueeze(-2) @ x).squeeze(-2)
            kept = around @ x
        out: Tensor = self.layer(entering)
        return kept + back.to(x.dtype).unsqueeze(-1) * out.unsqueeze(-2).to(x.dtype)

    def logits(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What P [.., n], Q [.., n] and R [.., n, n] are made of, in float32."""
        exact, n = full_dtype(x), self.n
        pre, post, mix = self.pre.to(exact), self.post.to(exact), self.mix.to(exact)
        if not self.dynamic:
            return pre, post, mix
        flat = x.flatten(-2).to(exact)
        r = functional.rms_norm(flat, (flat.shape[-1],), self.norm.weight.to(exact), self.norm.eps)
        dynamic = self.phi(r.to(x.dtype)).to(exact).split((n, n, n * n), dim=-1)
        p, q, m = (a * part for a, part in zip(self.alpha.to(exact), dynamic, strict=True))
        return pre + p, post + q, mix + m.unflatten(-1, (n, n))


def sinkhorn(logits: Tensor, iterations: int) -> Tensor:
    """exp(logits) [.., n, n] with its rows, then its columns, scaled to sum to 1, again and again.

    >>> sinkhorn(torch.tensor([[0.0, 9.0], [0.0, 9.0]]), 20)
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000]])
    """
    matrix = (logits - logits.amax(-1, keepdim=True)).exp()
    for _ in range(iterations):
        matrix = matrix / (matrix.sum(-1, keepdim=True) + 1e-8)
        matrix = matrix / (matrix.sum(-2, keepdim=True) + 1e-8)
    return matrix
