"""Attention against sums that are written out."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch.nn import functional

from neuroscript.primitives import MaskedAttention, ScaledDotProductAttention, attend


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def normal(*sizes: int) -> torch.Tensor:
    return torch.randn(sizes, dtype=torch.float64)


def naive(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    heads: int,
    kv_heads: int,
    allowed: Any = lambda b, h, i, j: True,
    added: Any = lambda b, h, i, j: 0.0,
    scale: float = 0.0,
) -> torch.Tensor:
    """[b, q, heads·e], [b, k, kv_heads·e], [b, k, kv_heads·v] -> [b, q, heads·v], by loops."""
    e, v = query.shape[-1] // heads, value.shape[-1] // kv_heads
    result = torch.zeros(*query.shape[:-1], heads * v, dtype=query.dtype)
    for b in range(query.shape[0]):
        for h in range(heads):
            g = h // (heads // kv_heads)
            for i in range(query.shape[1]):
                seen = [j for j in range(key.shape[1]) if allowed(b, h, i, j)]
                if not seen:
                    continue
                q = query[b, i, h * e : (h + 1) * e]
                scores = torch.stack(
                    [
                        q @ key[b, j, g * e : (g + 1) * e] * (scale or 1 / math.sqrt(e))
                        + added(b, h, i, j)
                        for j in seen
                    ]
                )
                for weight, j in zip(scores.softmax(0), seen, strict=True):
                    result[b, i, h * v : (h + 1) * v] += weight * value[b, j, g * v : (g + 1) * v]
    return result


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("window", [0, 1, 3, 9])
@pytest.mark.parametrize(("q", "k"), [(5, 5), (3, 6), (6, 3), (1, 4), (1, 1)])
def test_past_and_window_with_grouped_heads(causal: bool, window: int, q: int, k: int) -> None:
    query, key, value = normal(2, q, 12), normal(2, k, 6), normal(2, k, 10)
    module = ScaledDotProductAttention(12, 4, causal, num_kv_heads=2, scale=0.3, window=window)

    def allowed(b: int, h: int, i: int, j: int) -> bool:
        last = i + k - q
        return (not causal or j <= last) and (not window or j > last - window)

    wanted = naive(query, key, value, 4, 2, allowed, scale=0.3)
    torch.testing.assert_close(module(query, key, value), wanted)


@pytest.mark.parametrize(("heads", "kv_heads"), [(1, 1), (3, 3), (4, 1), (6, 3)])
def test_heads(heads: int, kv_heads: int) -> None:
    query, key, value = normal(2, 4, 12), normal(2, 5, 12 // heads * kv_heads), None
    value = normal(2, 5, 7 * kv_heads)
    module = ScaledDotProductAttention(12, heads, num_kv_heads=kv_heads)
    wanted = naive(query, key, value, heads, kv_heads)
    torch.testing.assert_close(module(query, key, value), wanted)


def test_any_axes_before_the_sequence() -> None:
    query, key, value = normal(2, 3, 4, 8), normal(2, 3, 5, 8), normal(2, 3, 5, 8)
    module = ScaledDotProductAttention(8, 2, causal=True)
    result = module(query, key, value)
    for a in range(2):
        torch.testing.assert_close(result[a], module(query[a], key[a], value[a]))
        for b in range(3):
            alone = module(query[a, b], key[a, b], value[a, b])
            torch.testing.assert_close(result[a, b], alone)


@pytest.mark.parametrize("batch", [(), (2,)])
def test_one_head_takes_heads_from_an_axis(batch: tuple[int, ...]) -> None:
    query, key, value = normal(*batch, 4, 5, 3), normal(*batch, 2, 5, 3), normal(*batch, 2, 5, 3)
    merged = [x.transpose(-2, -3).flatten(-2) for x in (query, key, value)]
    wanted = ScaledDotProductAttention(12, 4, True, num_kv_heads=2)(*merged)
    result = ScaledDotProductAttention(3, causal=True)(query, key, value)
    torch.testing.assert_close(result.transpose(-2, -3).flatten(-2), wanted)


def test_one_head_without_axes_before() -> None:
    query, key = normal(4, 3), normal(5, 3)
    wanted = naive(query[None], key[None], key[None], 1, 1)[0]
    torch.testing.assert_close(ScaledDotProductAttention(3)(query, key, key), wanted)


def masks() -> dict[str, torch.Tensor]:
    some = torch.rand(2, 4, 3, 5) < 0.6
    return {
        "keys": some[:, 0, 0],
        "queries": some[:, 0],
        "all": some,
        "stretched": some[:1, :, :1],
        "one head": some[:, :1],
        "int": some[:, 0, 0].long(),
        "int32 of any value": 3 * some.int(),
    }


@pytest.mark.parametrize("kind", list(masks()))
@pytest.mark.parametrize("causal", [False, True])
def test_masks_of_yes_and_no(kind: str, causal: bool) -> None:
    mask = masks()[kind]
    query, key, value = normal(2, 3, 8), normal(2, 5, 4), normal(2, 5, 6)
    full = mask if mask.ndim == 4 else mask[:, None] if mask.ndim == 3 else mask[:, None, None]
    full = full.expand(2, 4, 3, 5)
    wanted = naive(
        query,
        key,
        value,
        4,
        2,
        lambda b, h, i, j: bool(full[b, h, i, j]) and (not causal or j <= i + 2),
    )
    module = MaskedAttention(8, 4, causal, num_kv_heads=2)
    torch.testing.assert_close(module(query, key, value, mask), wanted)


@pytest.mark.parametrize("causal", [False, True])
def test_masks_that_are_added(causal: bool) -> None:
    mask = normal(2, 4, 3, 5).masked_fill(torch.rand(2, 4, 3, 5) < 0.5, float("-inf"))
    query, key, value = normal(2, 3, 8), normal(2, 5, 8), normal(2, 5, 8)
    wanted = naive(
        query,
        key,
        value,
        4,
        4,
        lambda b, h, i, j: mask[b, h, i, j] > -math.inf and (not causal or j <= i + 2),
        lambda b, h, i, j: mask[b, h, i, j],
    )
    torch.testing.assert_close(MaskedAttention(8, 4, causal)(query, key, value, mask), wanted)


@pytest.mark.parametrize("mask", [torch.tensor([[1, 1, 0], [0, 0, 0]]), torch.zeros(2, 3, 3)])
@pytest.mark.parametrize("heads", [1, 2])
def test_one_head_takes_the_same_masks(mask: torch.Tensor, heads: int) -> None:
    query, key, value = normal(2, 3, 4), normal(2, 3, 4), normal(2, 3, 4)
    full = mask[:, None].expand(2, 3, 3) if mask.ndim == 2 else mask == 0
    wanted = naive(query, key, value, heads, heads, lambda b, h, i, j: bool(full[b, i, j]))
    module = MaskedAttention(4, heads)
    torch.testing.assert_close(module(query, key, value, mask), wanted)
    torch.testing.assert_close(module(query, key, value, mask.view(2, 1, -1, 3)), wanted)


def test_one_head_takes_heads_from_an_axis_and_a_mask() -> None:
    query, key = normal(2, 4, 3, 6), normal(2, 4, 3, 6)
    mask = torch.tensor([[1, 0, 1], [0, 1, 1]])
    merged = [x.transpose(-2, -3).flatten(-2) for x in (query, key, key)]
    wanted = MaskedAttention(24, 4)(*merged, mask)
    result = MaskedAttention(6)(query, key, key, mask)
    torch.testing.assert_close(result.transpose(-2, -3).flatten(-2), wanted)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("dropout", [0.0, 0.001])  # torch computes these in different ways
@pytest.mark.parametrize("lowest", ["inf", "min", "bool"])
def test_what_sees_nothing_gives_zero_and_finite_gradients(
    dtype: torch.dtype, lowest: str, dropout: float
) -> None:
    seen = torch.tensor([[True, False, True], [False, False, False]])
    mask = seen
    if lowest != "bool":
        least = -math.inf if lowest == "inf" else torch.finfo(torch.float32).min
        mask = torch.zeros(2, 3).masked_fill(~seen, least)
    inputs = [torch.randn(2, 3, 4, requires_grad=True) for _ in range(3)]
    with torch.autocast("cpu", dtype=dtype, enabled=dtype != torch.float32):
        result = MaskedAttention(4, 2, dropout=dropout)(*inputs, mask)
    assert (result[1] == 0).all()
    assert (result[0] != 0).all()
    result.float().square().sum().backward()
    for tensor in inputs:
        assert torch.isfinite(tensor.grad).all()


def test_gradients_reach_a_mask_that_is_learnt() -> None:
    mask = torch.zeros(1, 2, 3, 3, requires_grad=True)
    x = torch.randn(1, 3, 4)
    MaskedAttention(4, 2)(x, x, x, mask).square().sum().backward()
    assert mask.grad.abs().sum() > 0


@pytest.mark.parametrize("window", [0, 2])
@pytest.mark.parametrize("heads", [1, 2])
def test_causal_means_causal(window: int, heads: int) -> None:
    module = ScaledDotProductAttention(4, heads, causal=True, window=window)
    x = normal(1, 7, 4)
    changed = x.clone()
    changed[:, 4:] = 9.0
    torch.testing.assert_close(module(x, x, x)[:, :4], module(changed, changed, changed)[:, :4])
    assert not torch.equal(module(x, x, x)[:, 4:], module(changed, changed, changed)[:, 4:])


def test_dropout_drops_weights_in_training_only() -> None:
    x = torch.ones(1, 1, 200, 4)
    module = ScaledDotProductAttention(4, dropout=0.25).train()
    result = module(x, x, torch.eye(200).expand(1, 1, 200, 200))
    assert 0.2 < (result == 0).double().mean() < 0.3
    torch.testing.assert_close(result.sum() / 200, torch.tensor(1.0), atol=0.02, rtol=0)
    assert (module.eval()(x, x, x) != 0).all()


@pytest.mark.parametrize("masked", [False, True])
def test_dropout_of_everything_gives_zeros(masked: bool) -> None:
    x = torch.randn(2, 3, 4, requires_grad=True)
    module = (MaskedAttention if masked else ScaledDotProductAttention)(4, 2, dropout=1.0)
    result = module(x, x, x, *([torch.ones(2, 3)] if masked else []))
    assert torch.equal(result, torch.zeros(2, 3, 4))
    result.sum().backward()
    assert torch.equal(x.grad, torch.zeros(2, 3, 4))


def test_plain_attention_is_torchs_own() -> None:
    query, key, value = normal(2, 4, 5, 3), normal(2, 4, 6, 3), normal(2, 4, 6, 3)
    wanted = functional.scaled_dot_product_attention(query, key, value)
    assert torch.equal(attend(query, key, value), wanted)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"num_heads": 3}, "dim 8 is not divisible by num_heads 3"),
        ({"num_heads": 4, "num_kv_heads": 3}, "num_kv_heads 3 does not divide num_heads 4"),
        ({"dropout": 1.5}, "dropout 1.5 is no probability"),
        ({"window": -1}, "window -1 is negative"),
    ],
)
def test_what_cannot_be_is_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ScaledDotProductAttention(8, **options)


def test_a_mask_of_another_rank_is_told() -> None:
    x = torch.zeros(2, 3, 4)
    for mask in (torch.ones(3), torch.ones(1, 2, 2, 3, 3)):
        with pytest.raises(ValueError, match=f"a mask of rank {mask.ndim} does not fit"):
            MaskedAttention(4, 2)(x, x, x, mask)
