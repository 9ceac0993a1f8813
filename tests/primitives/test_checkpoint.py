"""A block that is run twice, and cannot be told from one that is not."""

from __future__ import annotations

import copy

import torch
from torch import nn

from neuroscript.primitives import Checkpoint


class Counting(nn.Module):
    """Two inputs, two outputs, dropout; counts its runs."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.drop = nn.Dropout()
        self.runs = 0

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self.runs += 1
        return self.drop(self.linear(x)).tanh(), x * y


def test_results_and_gradients_are_the_blocks_own() -> None:
    torch.manual_seed(0)
    block = Counting()
    module = Checkpoint(copy.deepcopy(block))
    x, y = torch.randn(3, 4, requires_grad=True), torch.randn(3, 4)
    found = []
    for each in (block, module):
        torch.manual_seed(1)
        a, b = each(x, y)
        found.append(torch.autograd.grad((a * b).sum(), [x, *each.parameters()]))
    for ours, theirs in zip(*found, strict=True):
        assert torch.equal(ours, theirs)
    assert module.block.runs == 2


def test_it_runs_once_where_nothing_is_learnt() -> None:
    module = Checkpoint(Counting())
    with torch.no_grad():
        module(torch.ones(1, 4), torch.ones(1, 4))
    a, _ = module.eval()(torch.ones(1, 4), torch.ones(1, 4))
    a.sum().backward()
    assert module.block.runs == 2


def test_weights_are_below_block() -> None:
    assert list(Checkpoint(nn.Linear(2, 3)).state_dict()) == ["block.weight", "block.bias"]
