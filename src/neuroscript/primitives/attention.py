"""Attention: sums of values, weighted by how well queries and keys agree."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


def attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    num_heads: int = 1,
    num_kv_heads: int | None = None,
    *,
    mask: torch.Tensor | None = None,
    causal: bool = False,
    dropout: float = 0.0,
    scale: float = 0.0,
    window: int = 0,
) -> torch.Tensor:
    """softmax(query · keyᵀ · scale + mask) · value in each head; the heads side by side.

    query [*b, q, num_heads·e], key [*b, k, num_kv_heads·e], value [*b, k, num_kv_heads·v], result
    [*b, q, num_heads·v]. Consecutive query heads share one of `num_kv_heads` (default: as many).
    With `num_heads=1`, axis -3 may carry heads, and those of key and value then divide query's.

    * mask: [*b, k], [*b, q, k] or [*b, heads, q, k], sizes of 1 are stretched. Of bool or int:
      attend where it is not 0. Of float: added to the scores. In layouts where axis -3 of a query
      of rank 4 or more carries heads, that axis is none of *b. What may attend to nothing gives 0.
    * causal: queries are the last q of k positions; position i sees j ≤ i, that is j ≤ i + k - q
      counted from the first query.
    * window: sees only the `window` latest positions, j > i + k - q - window; 0 sees all.
    * dropout: probability with which weights become 0, as it is given: 0 is for eval.
    * scale: 0 stands for 1/√e.

    Bahdanau et al., 2015; Vaswani et al., 2017; grouped: Ainslie et al., 2023.

    >>> x = torch.zeros(2, 5, 8)
    >>> attend(x, x[..., :4], x[..., :4], num_heads=4, num_kv_heads=2, causal=True).shape
    torch.Size([2, 5, 8])
    """
    split = num_heads > 1
    alone = not split and mask is not None and query.ndim < 4
    if split:
        kv_heads = num_kv_heads or num_heads
        query = torch.unflatten(query, -1, (num_heads, -1)).transpose(-2, -3)
        key = torch.unflatten(key, -1, (kv_heads, -1)).transpose(-2, -3)
        value = torch.unflatten(value, -1, (kv_heads, -1)).transpose(-2, -3)
    elif alone:
        query, key, value = query.unsqueeze(-3), key.unsqueeze(-3), value.unsqueeze(-3)
    if mask is not None:
        mask = _for_heads(mask, query)
    mixed = _mix(query, key, value, mask, causal, dropout, scale, window)
    if split:
        return mixed.transpose(-2, -3).flatten(-2)
    return mixed.squeeze(-3) if alone else mixed


def _for_heads(mask: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
    """A mask with axes for heads and queries, as bool or in the dtype that is computed in."""
    missing = query.ndim - mask.ndim
    if not 0 <= missing <= 2:
        raise ValueError(
            f"a mask of rank {mask.ndim} does not fit queries of shape {list(query.shape)} by "
            "[*batch, heads, q, dim]: it is [*batch, k], [*batch, q, k] or [*batch, heads, q, k]"
        )
    if missing == 1:
        mask = mask.unsqueeze(-3)
    elif missing == 2:
        mask = mask[..., None, None, :]
    if not mask.is_floating_point():
        return mask if mask.dtype == torch.bool else mask != 0
    device = query.device.type
    lower = torch.is_autocast_enabled(device)
    return mask.to(torch.get_autocast_dtype(device) if lower else query.dtype)


def _positions(query: torch.Tensor, key: torch.Tensor, causal: bool, window: int) -> torch.Tensor:
    """Which keys [q, k] are not in a query's future, and not too far in its past."""
    q, k = query.shape[-2], key.shape[-2]
    last = torch.arange(q, device=query.device).unsqueeze(-1) + (k - q)
    position = torch.arange(k, device=query.device)
    if not window:
        return position <= last
    near = position > last - window
    return near & (position <= last) if causal else near


def _mix(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    causal: bool,
    dropout: float,
    scale: float,
    window: int,
) -> torch.Tensor:
    """Attention of [.., heads, n, e]; a mask has axes for all of heads, q and k."""
    whole = causal and not window and mask is None
    if whole and query.shape[-2] != key.shape[-2]:
        whole = False
    if (causal or window) and not whole:
        seen = _positions(query, key, causal, window)
        if mask is None:
            mask = seen
        elif mask.dtype == torch.bool:
            mask = mask & seen
        else:
            mask = mask.masked_fill(~seen, float("-inf"))
    seeing = None
    if mask is not None and not (mask.dtype == torch.bool and query.device.type == "cpu"):
        # Kernels differ in what they make of a row without any key: it gets all of them, then 0.
        # Those of CPUs give 0 by themselves.
        allowed = mask if mask.dtype == torch.bool else mask > torch.finfo(mask.dtype).min
        seeing = allowed.any(-1, keepdim=True)
        mask = mask | ~seeing if mask.dtype == torch.bool else mask.where(seeing, 0.0)
    fused = False
    if query.ndim > 2 and query.shape[-3] != key.shape[-3]:
        # With a mask, or with float32 on a GPU, no fused kernel knows about groups.
        fused = mask is None and not (query.is_cuda and query.dtype == torch.float32)
        if not fused:
            groups = query.shape[-3] // key.shape[-3]
            key = key.repeat_interleave(groups, -3)
            value = value.repeat_interleave(groups, -3)
    single = query.ndim == 3  # the fused kernels want four axes
    if single:
        query, key, value = query.unsqueeze(0), key.unsqueeze(0), value.unsqueeze(0)
        mask = mask.unsqueeze(0) if mask is not None and mask.ndim == 3 else mask
    mixed = functional.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=mask,
        dropout_p=dropout if dropout < 1 else 0.0,
        is_causal=whole,
        scale=scale or None,
        enable_gqa=fused,
    )
    mixed = mixed.squeeze(0) if single else mixed
    if seeing is not None:
        mixed = mixed.masked_fill(~seeing, 0.0)
    # Some kernels divide by 1 - p.
    return mixed if dropout < 1 else functional.dropout(mixed, 1.0)


class ScaledDotProductAttention(nn.Module):
    """Attention without weights of its own: for each query, a mean of values.

    query [*b, q, dim], key [*b, k, e·num_kv_heads], value [*b, k, v·num_kv_heads] with
    e = dim / num_heads; output [*b, q, v·num_heads]. `num_kv_heads` (default: num_heads) divides
    num_heads; consecutive query heads share one of them. With `num_heads=1`, axis -3 may carry
    heads, and those of key and value then divide query's.

    `causal`: position i sees j ≤ i + k - q. `window` w, if not 0: sees j > i + k - q - w. `scale`:
    0 stands for 1/√e. `dropout`: probability, in training, with which a weight becomes 0.
    Vaswani et al., 2017; grouped: Ainslie et al., 2023; windowed: Beltagy et al., 2020.

    >>> x = torch.zeros(2, 5, 8)
    >>> ScaledDotProductAttention(8, num_heads=4, num_kv_heads=2)(x, x[..., :4], x[..., :4]).shape
    torch.Size([2, 5, 8])
    """

    def __init__(
        self,
        dim: int,
        num_heads: int = 1,
        causal: bool = False,
        dropout: float = 0.0,
        num_kv_heads: int | None = None,
        scale: float = 0.0,
        window: int = 0,
    ) -> None:
        super().__init__()
        kv_heads = num_kv_heads or num_heads
        if dim % num_heads:
            raise ValueError(f"dim {dim} is not divisible by num_heads {num_heads}")
        if num_heads % kv_heads:
            raise ValueError(f"num_kv_heads {kv_heads} does not divide num_heads {num_heads}")
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout {dropout} is no probability")
        if window < 0:
            raise ValueError(f"window {window} is negative")
        self.dim = dim
        self.num_heads = num_heads
        self.causal = causal
        self.dropout = dropout
        self.num_kv_heads = kv_heads
        self.scale = scale
        self.window = window

    def forward(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        return attend(
            query,
            key,
            value,
            self.num_heads,
            self.num_kv_heads,
            causal=self.causal,
            dropout=self.dropout if self.training else 0.0,
            scale=self.scale,
            window=self.window,
        )

    def extra_repr(self) -> str:
        return f"{self.dim}, num_heads={self.num_heads}, causal={self.causal}"


class MaskedAttention(ScaledDotProductAttention):
    """ScaledDotProductAttention whose fourth input says what may be attended to.

    query, key, value and output as there; mask [*b, k], [*b, q, k] or [*b, heads, q, k], sizes of 1
    are stretched. Of bool or int: attend where it is not 0. Of float: added to the scores. With
    `num_heads=1` and a query of rank 4 or more, axis -3 carries heads and is none of *b.
    A query that may attend to nothing gives 0. Vaswani et al., 2017.

    >>> x = torch.ones(1, 3, 8)
    >>> MaskedAttention(8, 2)(x, x, x, torch.tensor([[1, 1, 0]])).shape
    torch.Size([1, 3, 8])
    """

    def __init__(
        self,
        dim: int,
        num_heads: int = 1,
        causal: bool = False,
        dropout: float = 0.0,
        num_kv_heads: int | None = None,
        scale: float = 0.0,
    ) -> None:
        super().__init__(dim, num_heads, causal, dropout, num_kv_heads, scale)

    def forward(  # type: ignore[override]  # one input more
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        mask: torch.Tensor,
    ) -> torch.Tensor:
        return attend(
            query,
            key,
            value,
            self.num_heads,
            self.num_kv_heads,
            mask=mask,
            causal=self.causal,
            dropout=self.dropout if self.training else 0.0,
            scale=self.scale,
        )
