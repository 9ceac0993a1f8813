"""Weights that are dropped."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuroscript.primitives import DropConnectLinear


def test_weights_go_and_the_bias_stays() -> None:
    torch.manual_seed(0)
    module = DropConnectLinear(50, 60, 0.25)
    weight = module(torch.eye(50)) - module.bias  # one draw for the whole batch
    dropped = weight.T.abs() < 1e-6
    assert 0.2 < dropped.float().mean() < 0.3
    torch.testing.assert_close(
        weight.T[~dropped], module.weight[~dropped] / 0.75, atol=1e-6, rtol=1e-4
    )


@pytest.mark.parametrize("bias", [True, False])
def test_extremes(bias: bool) -> None:
    x = torch.randn(2, 7, 3)
    module = DropConnectLinear(3, 5, 0.5, bias)
    plain = nn.Linear(3, 5, bias)
    plain.load_state_dict(module.state_dict())
    assert torch.equal(module.eval()(x), plain(x))
    module = DropConnectLinear(3, 5, 1.0, bias)
    wanted = module.bias if bias else torch.zeros(5)
    assert torch.equal(module(x), wanted.expand(2, 7, 5))
    with pytest.raises(ValueError, match="drop_prob 2 is no probability"):
        DropConnectLinear(3, 5, 2)
