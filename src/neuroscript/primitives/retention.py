"""Attention whose weights decay with the distance instead of passing a softmax."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroscript.primitives.chunks import cropped, in_chunks
from neuroscript.primitives.full_precision import full_dtype, full_precision

RETENTION_CHUNK = 128


def retain(query: Tensor, key: Tensor, value: Tensor, log_decay: Tensor) -> Tensor:
    """y_i = d^-½ Σ_(j≤i) γ_h^(i-j) (q_i·k_j) v_j for each head h, d the width of its keys.

    Query and key [*b, seq, dim], value [*b, seq, v_dim]; `log_decay` [heads] is ln γ ≤ 0, and its
    length divides dim and v_dim. The result is as value. There is no matrix [seq, seq]:
    within chunks of 128 steps it is a masked product, between them a state for each chunk
    [dim / heads, v_dim / heads], both in float32. Sun et al., Retentive Network, 2023.

    >>> retain(torch.ones(3, 1), torch.ones(3, 1), torch.ones(3, 1), torch.zeros(1)).flatten()
    tensor([1., 2., 3.])
    """
    heads, seq, exact = log_decay.shape[0], query.shape[-2], full_dtype(value)
    for tensor in (query, value):
        if tensor.shape[-1] % heads:
            raise ValueError(f"width {tensor.shape[-1]} is not a multiple of {heads} heads")
    whole = (by_head(tensor.to(exact), heads) for tensor in (query, key, value))
    q, k, v = (in_chunks(tensor, RETENTION_CHUNK) for tensor in whole)
    q = q * q.shape[-1] ** -0.5
    # [heads, 1, 128]: what a state or a key has lost after 0 .. 127 steps.
    rate = log_decay.to(exact)[:, None, None]
    step = torch.arange(RETENTION_CHUNK, device=q.device)
    with full_precision(q):
        scores = q @ k.transpose(-1, -2)
        y = (scores * triangle(rate.unsqueeze(-1), RETENTION_CHUNK)) @ v
        faded = k * (rate * (RETENTION_CHUNK - 1 - step)).exp().unsqueeze(-1)
        states = faded.transpose(-1, -2) @ v
        chunks = q.shape[-3]
        carry = triangle(rate * RETENTION_CHUNK, chunks, lag=1) @ states.flatten(-2)
        y = y + (q * (rate * (step + 1)).exp().unsqueeze(-1)) @ carry.view_as(states)
    y = cropped(y.flatten(-3, -2), seq).transpose(-3, -2)
    merged: Tensor = y.flatten(-2).to(value.dtype)
    return merged


def by_head(x: Tensor, heads: int) -> Tensor:
    """[*b, seq, dim] as [*b, heads, seq, dim / heads]."""
    return x.reshape(*x.shape[:-1], heads, x.shape[-1] // heads).transpose(-3, -2)


def triangle(rate: Tensor, size: int, lag: int = 0) -> Tensor:
    """exp(rate · (i - j - lag)) where that distance is not negative, else 0: [.., size, size]."""
    step = torch.arange(size, device=rate.device)
    distance = step[:, None] - step - lag
    return torch.where(distance < 0, 0, (rate * distance.clamp(min=0)).exp())


class Retention(nn.Module):
    """Multi-head retention: each head forgets at a rate of its own, γ_h = 1 - 2^(-5-h).

    Query and key [*b, seq, dim], value [*b, seq, v_dim], output as value; both widths are multiples
    of `num_heads`. Output t depends on steps up to t. `learned` makes γ = σ(decay) a parameter that
    starts there. See `retain` for the equation. Sun et al., Retentive Network, 2023.

    >>> query, key, value = torch.zeros(3, 2, 5, 8)
    >>> Retention(4)(query, key, value).shape
    torch.Size([2, 5, 8])
    """

    def __init__(self, num_heads: int, learned: bool = False) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.learned = learned
        if learned:
            exponent = torch.arange(5, 5 + num_heads, dtype=torch.float64)
            self.decay = nn.Parameter((exponent.exp2() - 1).log().to(torch.get_default_dtype()))

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        if self.learned:
            log_decay = functional.logsigmoid(self.decay.to(full_dtype(value)))
        else:
            exponent = torch.arange(5, 5 + self.num_heads, device=value.device)
            log_decay = torch.log1p(-torch.exp2(-exponent.to(full_dtype(value))))
        return retain(query, key, value, log_decay)
