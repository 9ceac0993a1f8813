"""Waves of a time, number by number."""

from __future__ import annotations

import math

import pytest
import torch

from neuroscript.primitives import SinusoidalTimestepEmbedding


@pytest.mark.parametrize("dim", [1, 2, 5, 8])
@pytest.mark.parametrize("cos_first", [True, False])
def test_cosines_and_sines(dim: int, cos_first: bool) -> None:
    t = torch.tensor([0.0, 0.5, 3.0, 999.0], dtype=torch.float64)
    wanted = torch.zeros(4, dim, dtype=torch.float64)
    half = dim // 2
    for b, time in enumerate(t.tolist()):
        for i in range(half):
            angle = time * 500.0 ** (-2 * i / dim)
            waves = math.cos(angle), math.sin(angle)
            wanted[b, i], wanted[b, half + i] = waves if cos_first else waves[::-1]
    result = SinusoidalTimestepEmbedding(dim, 500.0, cos_first)(t)
    torch.testing.assert_close(result, wanted)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64, torch.float32])
def test_whole_numbers_give_float32(dtype: torch.dtype) -> None:
    module = SinusoidalTimestepEmbedding(6)
    result = module(torch.tensor([0, 7, 1000], dtype=dtype))
    assert result.dtype == torch.float32
    torch.testing.assert_close(result, module(torch.tensor([0.0, 7.0, 1000.0])))


def test_low_precision_is_computed_in_full() -> None:
    t = torch.tensor([640.0, 1000.0])
    module = SinusoidalTimestepEmbedding(6)
    assert torch.equal(module(t.half()), module(t).half())
