"""Waves, number by number."""

from __future__ import annotations

import math

import pytest
import torch

from neuroscript.primitives import PositionalEncoding


@pytest.mark.parametrize("dim", [1, 2, 5, 8])
@pytest.mark.parametrize("seq", [1, 7])
def test_sines_at_even_and_cosines_at_odd_features(dim: int, seq: int) -> None:
    x = torch.randn(2, 3, seq, dim, dtype=torch.float64)
    wanted = x.clone()
    for p in range(seq):
        for i in range(0, dim, 2):
            angle = p * 10000 ** (-i / dim)
            wanted[..., p, i] += math.sin(angle)
            if i + 1 < dim:
                wanted[..., p, i + 1] += math.cos(angle)
    torch.testing.assert_close(PositionalEncoding(dim)(x), wanted)


def test_longer_than_max_len() -> None:
    x = torch.zeros(1, 9, 4)
    assert torch.equal(PositionalEncoding(4, max_len=2)(x), PositionalEncoding(4)(x))


def test_late_positions_are_exact_in_low_precision() -> None:
    x = torch.zeros(1, 3000, 4)
    low = PositionalEncoding(4).half()(x.half())
    torch.testing.assert_close(low.float(), PositionalEncoding(4)(x), atol=1e-3, rtol=0)


def test_dropout_follows_the_sum() -> None:
    module = PositionalEncoding(4, dropout=1.0)
    assert torch.equal(module(torch.ones(1, 3, 4)), torch.zeros(1, 3, 4))
    assert (module.eval()(torch.ones(1, 3, 4)) > 0).any()
    with pytest.raises(ValueError, match="dropout 2 is no probability"):
        PositionalEncoding(4, dropout=2)
