"""Samples that are dropped."""

from __future__ import annotations

import pytest
import torch

from neuroscript.primitives import DropPath


@pytest.mark.parametrize("scale", [True, False])
def test_whole_samples_go(scale: bool) -> None:
    torch.manual_seed(0)
    result = DropPath(0.25, scale)(torch.ones(2000, 2, 3))
    values = result.flatten(1)
    assert (values == values[:, :1]).all()
    kept = values[:, 0] != 0
    assert 0.7 < kept.float().mean() < 0.8
    wanted = 4 / 3 if scale else 1.0
    torch.testing.assert_close(values[kept], torch.full_like(values[kept], wanted))


def test_extremes() -> None:
    x = torch.randn(3, 2, requires_grad=True)
    assert DropPath(0.0)(x) is x
    assert DropPath(0.9).eval()(x) is x
    for scale in (True, False):
        result = DropPath(1.0, scale)(x)
        assert torch.equal(result, torch.zeros(3, 2))
        assert torch.equal(torch.autograd.grad(result.sum(), x)[0], torch.zeros(3, 2))
    assert DropPath(0.5)(torch.tensor(1.0)).item() in (0.0, 2.0)
    with pytest.raises(ValueError, match="drop_prob -1 is no probability"):
        DropPath(-1)
