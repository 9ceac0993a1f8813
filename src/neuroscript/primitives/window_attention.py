"""Attention within the windows of an image."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class WindowAttention(nn.Module):
    """Self-attention within squares of an image, which may be shifted to cross their borders.

    Input [b, h, w, dim], output the same shape. The image is padded with zeros to whole windows of
    `window`·`window` places, which take part, and rolled by `shift` places up and left (by none
    along an axis with one window). Places that are brought together only by rolling do not see each
    other. Scores get a learnt number for each head and offset.

    Weights: `qkv` (dim -> 3·dim) and `out` (dim -> dim), with bias; `bias_table`
    [(2·window - 1)², num_heads], normal with deviation 0.02, cut at 2; the row of query (r, c) and
    key (r', c') is (r - r' + window - 1)·(2·window - 1) + c - c' + window - 1. Liu et al., 2021.

    >>> WindowAttention(8, 2, window=4, shift=2)(torch.zeros(1, 7, 9, 8)).shape
    torch.Size([1, 7, 9, 8])
    """

    offsets: torch.Tensor

    def __init__(self, dim: int, num_heads: int, window: int = 7, shift: int = 0) -> None:
        super().__init__()
        if dim % num_heads:
            raise ValueError(f"dim {dim} is not divisible by num_heads {num_heads}")
        if not 0 <= shift < window:
            raise ValueError(f"shift {shift} is not from 0 to window - 1 = {window - 1}")
        self.dim = dim
        self.num_heads = num_heads
        self.window = window
        self.shift = shift
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.bias_table = nn.Parameter(torch.empty((2 * window - 1) ** 2, num_heads))
        nn.init.trunc_normal_(self.bias_table, std=0.02)
        row, column = torch.meshgrid(*[torch.arange(window)] * 2, indexing="ij")
        place = (row * (2 * window - 1) + column).flatten()
        offsets = place.unsqueeze(-1) - place + 2 * window * (window - 1)
        self.register_buffer("offsets", offsets, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size, height, width = self.window, x.shape[1], x.shape[2]
        rows, columns = (height + size - 1) // size, (width + size - 1) // size
        tall, wide = rows * size, columns * size
        # Along an axis with one window, there is nothing to shift to.
        up = torch.sym_min(self.shift, tall - size)  # type: ignore[no-untyped-call]
        left = torch.sym_min(self.shift, wide - size)  # type: ignore[no-untyped-call]

        # Rolling and cutting into windows are one gathering, and so is the way back.
        place = torch.arange(tall * wide, device=x.device)
        window, inside = place // size**2, place % size**2
        row = window // columns * size + inside // size
        column = window % columns * size + inside % size
        source = (row + up) % tall * wide + (column + left) % wide
        x = functional.pad(x, (0, 0, 0, wide - width, 0, tall - height))
        x = torch.unflatten(x.flatten(1, 2).index_select(1, source), 1, (-1, size**2))
        region = 2 * (row >= tall - up).int() + (column >= wide - left).int()
        x = self._attend(x, region)

        row = (torch.arange(height, device=x.device).unsqueeze(-1) - up) % tall
        column = (torch.arange(width, device=x.device) - left) % wide
        window = row // size * columns + column // size
        inside = row % size * size + column % size
        x = x.flatten(1, 2).index_select(1, (window * size**2 + inside).flatten())
        result: torch.Tensor = self.out(torch.unflatten(x, 1, (height, width)))
        return result

    def _attend(self, x: torch.Tensor, region: torch.Tensor) -> torch.Tensor:
        """Attention within windows [b, windows, places, dim], for each region of a window alone."""
        query, key, value = (
            torch.unflatten(self.qkv(x), -1, (3, self.num_heads, -1))
            .permute(3, 0, 1, 4, 2, 5)  # [3, b, windows, heads, places, e]
            .flatten(2, 3)
            .unbind(0)
        )
        scores = self.bias_table[self.offsets].permute(2, 0, 1)  # [heads, places, places]
        scores = scores.expand(x.shape[1], -1, -1, -1).to(query.dtype)
        if self.shift:
            region = torch.unflatten(region, 0, x.shape[1:3])
            apart = region.unsqueeze(-1) != region.unsqueeze(-2)
            scores = scores.masked_fill(apart.unsqueeze(1), float("-inf"))
        mixed = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=scores.flatten(0, 1).unsqueeze(0)
        )
        return torch.unflatten(mixed, 1, (-1, self.num_heads)).transpose(2, 3).flatten(3)

    def extra_repr(self) -> str:
        return f"{self.dim}, {self.num_heads}, window={self.window}, shift={self.shift}"
