from __future__ import annotations

import pytest
import torch
from torch import nn

from neuroscript.contracts import ContractRegistry, create_optimizer


@pytest.mark.parametrize("name", ContractRegistry.list_available("optimizer")["optimizer"])
def test_every_optimizer_goes_downhill(name: str) -> None:
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    inputs = torch.randn(64, 2)
    targets = inputs @ torch.tensor([[1.0], [-2.0]])
    optimizer = create_optimizer(name, model, 0.05)
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = (model(inputs) - targets).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


def test_options_are_those_of_torch() -> None:
    model = nn.Linear(2, 1)
    component = {"name": "adamw", "betas": [0.8, 0.9], "fused": True, "weight_decay": 0.5}
    optimizer = create_optimizer(component, model, 0.1)
    assert isinstance(optimizer, torch.optim.AdamW)
    assert list(optimizer.defaults["betas"]) == [0.8, 0.9]
    assert (optimizer.defaults["fused"], optimizer.defaults["weight_decay"]) == (True, 0.5)


def test_lion_moves_by_the_sign_of_its_momentum() -> None:
    """Two steps by hand, as in the paper's algorithm 2."""
    weight = nn.Parameter(torch.tensor([1.0, -1.0]))
    holder = nn.ParameterList([weight])
    options = {"name": "lion", "betas": [0.9, 0.99], "weight_decay": 0.5}
    optimizer = create_optimizer(options, holder, 0.1)
    expected, momentum = weight.detach().clone(), torch.zeros(2)
    for gradient in (torch.tensor([2.0, -3.0]), torch.tensor([-0.1, 0.01])):
        weight.grad = gradient.clone()
        optimizer.step()
        direction = (0.9 * momentum + 0.1 * gradient).sign()
        expected = expected - 0.1 * (direction + 0.5 * expected)
        momentum = 0.99 * momentum + 0.01 * gradient
        assert torch.allclose(weight.detach(), expected)
