"""Starting values."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from neuroscript.primitives import initialised


@pytest.mark.parametrize(
    "module",
    [nn.Linear(50, 60), nn.Linear(50, 60, bias=False), nn.Conv2d(8, 40, 3), nn.Embedding(60, 50)],
    ids=repr,
)
def test_weights_are_normal_and_biases_zero(module: nn.Module) -> None:
    torch.manual_seed(0)
    assert initialised(module, 0.02) is module
    assert abs(module.weight.std() - 0.02) < 0.002
    assert abs(module.weight.mean()) < 0.002
    assert module.weight.requires_grad
    if getattr(module, "bias", None) is not None:
        assert (module.bias == 0).all()


def test_a_negative_deviation_changes_nothing() -> None:
    module = nn.Linear(3, 4)
    before = copy.deepcopy(module.state_dict())
    assert initialised(module, -1.0) is module
    for key, value in module.state_dict().items():
        assert torch.equal(value, before[key])


def test_none_gives_zeros() -> None:
    module = initialised(nn.Linear(3, 4), 0.0)
    assert not any(p.any() for p in module.parameters())


def test_padding_stays_zero() -> None:
    module = initialised(nn.Embedding(5, 3, padding_idx=2), 1.0)
    assert (module.weight[2] == 0).all()
    assert (module.weight[[0, 1, 3, 4]] != 0).all()
