"""The penalty on distance, number by number."""

from __future__ import annotations

import math

import pytest
import torch

from neuroscript.primitives import ALiBi


def slopes(n: int) -> list[float]:
    """As in the paper's code."""
    if math.log2(n).is_integer():
        return [2 ** (-8 * (h + 1) / n) for h in range(n)]
    below = 2 ** math.floor(math.log2(n))
    return slopes(below) + slopes(2 * below)[0::2][: n - below]


@pytest.mark.parametrize("heads", [1, 2, 3, 6, 8, 12])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("q", "k"), [(4, 4), (2, 5), (5, 2), (1, 1)])
def test_scores_fall_with_distance(heads: int, causal: bool, q: int, k: int) -> None:
    scores = torch.randn(2, heads, q, k, dtype=torch.float64)
    wanted = scores.clone()
    for h, slope in enumerate(slopes(heads)):
        for i in range(q):
            for j in range(k):
                here = i + k - q
                wanted[:, h, i, j] -= slope * abs(here - j)
                if causal and j > here:
                    wanted[:, h, i, j] = -math.inf
    torch.testing.assert_close(ALiBi(heads, causal=causal)(scores), wanted, atol=1e-6, rtol=1e-6)


def test_distances_are_exact_in_low_precision() -> None:
    scores = torch.zeros(1, 8, 1, 3001, dtype=torch.bfloat16)
    result = ALiBi(8)(scores)
    assert result.dtype == torch.bfloat16
    assert result[0, 0, 0, 0] == torch.tensor(-1500.0).bfloat16()
