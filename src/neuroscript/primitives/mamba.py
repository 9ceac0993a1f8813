"""What the two Mamba mixers share."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroscript.primitives.full_precision import full_dtype
from neuroscript.primitives.selective_scan import SelectiveScan


class Mamba(nn.Module):
    """Gated selective state space; `groups` rows of A_log, each for its part of the channels."""

    def __init__(
        self, dim: int, d_state: int, d_conv: int, expand: int, dt_rank: int, groups: int
    ) -> None:
        super().__init__()
        inner = expand * dim
        if inner % groups:
            raise ValueError(f"expand * dim = {inner} is not a multiple of {groups}")
        self.sizes = (dt_rank, d_state, d_state)
        self.in_proj = nn.Linear(dim, 2 * inner, bias=False)
        self.conv1d = nn.Conv1d(inner, inner, d_conv, groups=inner, padding=d_conv - 1)
        self.x_proj = nn.Linear(inner, sum(self.sizes), bias=False)
        self.dt_proj = nn.Linear(dt_rank, inner)
        self.A_log = nn.Parameter(torch.empty(groups, d_state))
        self.D = nn.Parameter(torch.empty(inner))
        self.out_proj = nn.Linear(inner, dim, bias=False)
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """A = -1, -2, ..; D = 1; steps Δ spread evenly on a logarithmic scale over [1e-3, 0.1]."""
        self.A_log.copy_(torch.arange(1, self.A_log.shape[1] + 1).log())
        self.D.fill_(1)
        step = torch.empty_like(self.dt_proj.bias).uniform_(math.log(1e-3), math.log(0.1)).exp()
        self.dt_proj.bias.copy_(step + torch.log(-torch.expm1(-step)))

    def forward(self, x: Tensor) -> Tensor:
        u, z = self.in_proj(x).chunk(2, dim=-1)
        u = self.conv1d(u.transpose(1, 2))[..., : x.shape[1]]
        u = functional.silu(u).transpose(1, 2)
        dt, b, c = self.x_proj(u).split(self.sizes, dim=-1)
        dt = self.dt_proj(dt)
        exact = full_dtype(x)
        u, dt, b, c = u.to(exact), functional.softplus(dt.to(exact)), b.to(exact), c.to(exact)
        a = -self.A_log.to(exact).exp().t()
        a = a.repeat_interleave(u.shape[-1] // a.shape[-1], dim=-1)
        y: Tensor = SelectiveScan.apply(dt, dt * u, a, b, c)  # type: ignore[no-untyped-call]
        y = self.normalised(torch.addcmul(y, u, self.D.to(exact)))
        out: Tensor = self.out_proj(y.to(z.dtype) * functional.silu(z))
        return out

    def normalised(self, y: Tensor) -> Tensor:
        """What is done to y before its gate: nothing."""
        return y
