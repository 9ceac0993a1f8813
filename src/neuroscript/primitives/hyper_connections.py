"""Residual connections of several streams, with the mixture of the streams learned."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from neuroscript.primitives.full_precision import full_precision


class HCWidth(nn.Module):
    """What goes into a layer, and what goes around it, as mixtures of n streams.

    Input [*b, n, dim]; outputs: the layer's input [*b, dim] and the streams [*b, n, dim], the rows
    of α x. Dynamic: α = tanh(Linear(mean of the streams)); static: α is a parameter [n + 1, n].
    At the start the layer gets stream `layer_idx` mod n and the streams go on as they are, each
    times 0.9 (dynamic) or 1 (static). Zhu et al., Hyper-Connections, 2024.

    >>> x, state = HCWidth(2, 8, layer_idx=0)(torch.zeros(3, 5, 2, 8))
    >>> x.shape, state.shape
    (torch.Size([3, 5, 8]), torch.Size([3, 5, 2, 8]))
    """

    def __init__(self, n: int, dim: int, layer_idx: int, dynamic: bool = True) -> None:
        super().__init__()
        self.n = n
        start = torch.cat([torch.eye(n)[layer_idx % n].unsqueeze(0), torch.eye(n)])
        self.alpha: nn.Linear | nn.Parameter
        if dynamic:
            self.alpha = opened(nn.Linear(dim, (n + 1) * n), start.flatten())
        else:
            self.alpha = nn.Parameter(start)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if isinstance(self.alpha, nn.Linear):
            alpha = self.alpha(x.mean(-2)).tanh().unflatten(-1, (self.n + 1, self.n))
        else:
            alpha = self.alpha
        # The streams are residuals: autocast would round them at every layer.
        with full_precision(x):
            mixed = alpha.to(x.dtype) @ x
        return mixed[..., 0, :], mixed[..., 1:, :]


class HCDepth(nn.Module):
    """What comes out of a layer, added to each of n streams with a weight of its own.

    Inputs: the layer's output [*b, dim] and the streams [*b, n, dim]; output [*b, n, dim], stream i
    plus β_i times the layer's output. Dynamic: β = tanh(Linear(layer's output)), 0.9 at the start;
    static: β is a parameter [n] of ones. Zhu et al., Hyper-Connections, 2024.

    >>> HCDepth(2, 8)(torch.zeros(3, 5, 8), torch.zeros(3, 5, 2, 8)).shape
    torch.Size([3, 5, 2, 8])
    """

    def __init__(self, n: int, dim: int, dynamic: bool = True) -> None:
        super().__init__()
        start = torch.ones(n)
        self.beta: nn.Linear | nn.Parameter
        self.beta = opened(nn.Linear(dim, n), start) if dynamic else nn.Parameter(start)

    def forward(self, layer_out: Tensor, state: Tensor) -> Tensor:
        if isinstance(self.beta, nn.Linear):
            beta = self.beta(layer_out).tanh()
        else:
            beta = self.beta
        beta, layer_out = beta.to(state.dtype), layer_out.to(state.dtype)
        return torch.addcmul(state, beta.unsqueeze(-1), layer_out.unsqueeze(-2))


@torch.no_grad()
def opened(linear: nn.Linear, start: Tensor) -> nn.Linear:
    """The layer with weight 0, and a bias whose tanh is 0.9 · start."""
    linear.weight.zero_()
    linear.bias.copy_(start * math.atanh(0.9))
    return linear
