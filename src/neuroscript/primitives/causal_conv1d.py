"""Convolution that looks only back."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class CausalConv1d(nn.Conv1d):
    """nn.Conv1d over a sequence padded on the left, so that step t depends on steps up to t.

    Input [batch, in_channels, n], output [batch, out_channels, ceil(n / stride)]. Options and
    weights are those of nn.Conv1d; its own padding is always 0. van den Oord et al., 2016.

    >>> CausalConv1d(2, 4, 3, dilation=2)(torch.zeros(1, 2, 10)).shape
    torch.Size([1, 4, 10])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            dilation=dilation,
            groups=groups,
            bias=bias,
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        before = self.dilation[0] * (self.kernel_size[0] - 1)
        return super().forward(functional.pad(x, (before, 0)))
