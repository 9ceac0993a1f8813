"""Positions as rotations."""

from __future__ import annotations

import math

import torch
from torch import nn


class RotaryEmbedding(nn.Module):
    """Turns pairs of features by angles that grow with the position, so that scores see distances.

    query, key [*b, heads, seq, dim] -> the same shapes, for any seq. At position p, pair i turns by
    p · base^(-2i/dim). A pair is (i, i + dim/2), or (2i, 2i + 1) if `interleaved`. The angles'
    tables are computed in float32, for `max_position_embeddings` positions at once or, if a
    sequence is longer, for its own length. Nothing is learnt or saved.

    `scaling` stretches a model to longer texts: "linear" divides frequencies by `factor`; "llama3"
    divides by it those that turn less than `low_freq` times within `original_max` positions, keeps
    those that turn more than `high_freq` times, and blends between.
    Su et al., 2021; linear: Chen et al., 2023; llama3: Grattafiori et al., 2024.

    >>> query, key = torch.zeros(2, 4, 5, 8), torch.zeros(2, 2, 5, 8)
    >>> [list(x.shape) for x in RotaryEmbedding(8)(query, key)]
    [[2, 4, 5, 8], [2, 2, 5, 8]]
    """

    def __init__(
        self,
        dim: int,
        max_position_embeddings: int = 2048,
        base: float = 10000.0,
        scaling: str = "none",
        factor: float = 1.0,
        low_freq: float = 1.0,
        high_freq: float = 4.0,
        original_max: int = 8192,
        interleaved: bool = False,
    ) -> None:
        super().__init__()
        if dim % 2:
            raise ValueError(f"dim {dim} is odd: features are turned in pairs")
        if scaling not in ("none", "linear", "llama3"):
            raise ValueError(f'scaling "{scaling}" is none of "none", "linear", "llama3"')
        self.dim = dim
        self.max_position_embeddings = max_position_embeddings
        self.base = base
        self.scaling = scaling
        self.factor = factor
        self.low_freq = low_freq
        self.high_freq = high_freq
        self.original_max = original_max
        self.interleaved = interleaved
        # No buffer: `.half()` would round it, and `to_empty()` would leave it without values.
        self._prepared: tuple[torch.Tensor, torch.Tensor] | None = None

    def forward(self, query: torch.Tensor, key: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        cos, sin = self._tables(query)
        return self._turn(query, cos, sin), self._turn(key, cos.to(key.dtype), sin.to(key.dtype))

    def frequencies(self, device: torch.device, dtype: torch.dtype) -> torch.Tensor:
        """Radians per position of each pair [dim / 2]."""
        exponents = torch.arange(0, self.dim, 2, device=device).to(dtype) / self.dim
        frequencies = 1.0 / self.base**exponents
        if self.scaling == "linear":
            return frequencies / self.factor
        if self.scaling == "llama3":
            turns = self.original_max * frequencies / (2 * math.pi)
            kept = (turns - self.low_freq) / (self.high_freq - self.low_freq)
            kept = kept.clamp(0.0, 1.0)
            return (1 - kept) * frequencies / self.factor + kept * frequencies
        return frequencies

    def _tables(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosines and sines [seq, dim / 2] in x's dtype, kept unless compiled."""
        seq = x.shape[-2]
        if torch.compiler.is_compiling() or type(x) is not torch.Tensor:
            return self._computed(seq, x)
        kept = self._prepared
        if (
            kept is None
            or kept[0].shape[0] < seq
            or kept[0].dtype != x.dtype
            or kept[0].device != x.device
        ):
            with torch.inference_mode(False), torch.no_grad():
                kept = self._computed(max(seq, self.max_position_embeddings), x)
            self._prepared = kept
        return kept[0][:seq], kept[1][:seq]

    def _computed(self, seq: int, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        dtype = torch.promote_types(x.dtype, torch.float32)
        positions = torch.arange(seq, device=x.device).to(dtype)
        angles = positions.unsqueeze(-1) * self.frequencies(x.device, dtype)
        return angles.cos().to(x.dtype), angles.sin().to(x.dtype)

    def _turn(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        if self.interleaved:
            first, second = torch.unflatten(x, -1, (-1, 2)).unbind(-1)
        else:
            first, second = x.chunk(2, -1)
        turned = (
            torch.addcmul(first * cos, second, sin, value=-1),
            torch.addcmul(second * cos, first, sin),
        )
        return torch.stack(turned, -1).flatten(-2) if self.interleaved else torch.cat(turned, -1)

    def extra_repr(self) -> str:
        scaling = f", scaling={self.scaling}, factor={self.factor}"
        return f"{self.dim}, base={self.base}{scaling if self.scaling != 'none' else ''}"
