"""Dropout of neighbourhoods."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class Dropblock(nn.Module):
    """In training, squares of images become 0, so that neighbours cannot fill in for each other.

    Input [b, c, h, w], output the same shape. About `drop_prob` of the elements go, in squares of
    `block_size`, drawn for each channel; the rest grows to keep the sum. Identity in eval, zeros
    for drop_prob 1. Ghiasi et al., 2018.

    >>> Dropblock(3, 0.2)(torch.ones(2, 4, 8, 8)).shape
    torch.Size([2, 4, 8, 8])
    """

    def __init__(self, block_size: int = 7, drop_prob: float = 0.1) -> None:
        super().__init__()
        if block_size < 1:
            raise ValueError(f"block_size {block_size} is less than 1")
        if not 0 <= drop_prob <= 1:
            raise ValueError(f"drop_prob {drop_prob} is no probability")
        self.block_size = block_size
        self.drop_prob = drop_prob

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.drop_prob == 0:
            return x
        if self.drop_prob == 1:
            return functional.dropout(x, 1.0)
        size = self.block_size
        height, width = x.shape[-2:]
        down = torch.sym_max(height - size + 1, 1)  # type: ignore[no-untyped-call]
        right = torch.sym_max(width - size + 1, 1)  # type: ignore[no-untyped-call]
        # γ = p·hw / (size²·down·right) of the elements are seeds, told without a division.
        draws = torch.rand(x.shape, device=x.device) * (down * right * size**2)
        seeds = (draws < self.drop_prob * height * width).float()
        blocks = functional.max_pool2d(seeds, size, 1, size // 2)[..., :height, :width]
        keep = blocks == 0
        scale = keep.numel() / keep.sum().clamp(min=1)
        return x * keep * scale.to(x.dtype)

    def extra_repr(self) -> str:
        return f"{self.block_size}, {self.drop_prob}"


DropBlock = Dropblock
