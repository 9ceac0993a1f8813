"""A linear layer that drops weights."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class DropConnectLinear(nn.Linear):
    """nn.Linear of whose weights, in training, each becomes 0 with probability `drop_prob`.

    Input [*b, in_dim], output [*b, out_dim]. The weights that stay grow by 1 / (1 - drop_prob); the
    bias stays. One draw serves the whole batch. nn.Linear in eval. Wan et al., 2013.

    >>> DropConnectLinear(3, 5)(torch.zeros(2, 7, 3)).shape
    torch.Size([2, 7, 5])
    """

    def __init__(
        self, in_dim: int, out_dim: int, drop_prob: float = 0.5, bias: bool = True
    ) -> None:
        super().__init__(in_dim, out_dim, bias)
        if not 0 <= drop_prob <= 1:
            raise ValueError(f"drop_prob {drop_prob} is no probability")
        self.drop_prob = drop_prob

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002 (torch's name)
        weight = functional.dropout(self.weight, self.drop_prob, self.training)
        return functional.linear(input, weight, self.bias)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, drop_prob={self.drop_prob}"
