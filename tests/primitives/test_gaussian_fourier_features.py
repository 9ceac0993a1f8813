"""Waves of random projections."""

from __future__ import annotations

import math

import pytest
import torch

from neuroscript.primitives import GaussianFourierFeatures


@pytest.mark.parametrize(("in_dim", "features"), [(1, 1), (3, 5)])
def test_sines_and_cosines_of_projections(in_dim: int, features: int) -> None:
    torch.manual_seed(0)
    module = GaussianFourierFeatures(in_dim, features, 2.0).double()
    x = torch.randn(2, 4, in_dim, dtype=torch.float64)
    wanted = torch.empty(2, 4, 2 * features, dtype=torch.float64)
    for n in range(features):
        angle = 2 * math.pi * sum(x[..., d] * module.weight[n, d] for d in range(in_dim))
        wanted[..., n], wanted[..., features + n] = angle.sin(), angle.cos()
    torch.testing.assert_close(module(x), wanted)


def test_projections_are_drawn_once_saved_and_not_learnt() -> None:
    torch.manual_seed(0)
    module = GaussianFourierFeatures(10, 200, 3.0)
    assert abs(module.weight.std() - 3.0) < 0.15
    assert list(module.state_dict()) == ["weight"]
    assert not list(module.parameters())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_angles_are_exact_under_autocast(dtype: torch.dtype) -> None:
    module = GaussianFourierFeatures(2, 16, 30.0)
    x = torch.randn(5, 2)
    with torch.autocast("cpu", dtype=dtype):
        result = module(x)
    assert torch.equal(result, module(x))
