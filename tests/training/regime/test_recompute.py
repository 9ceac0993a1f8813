"""Gradient checkpointing changes memory, and nothing else."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuroscript.config import load_config
from neuroscript.training import NeuronModule
from neuroscript.training.regime.recompute import Recomputing, recomputed_layers

from .conftest import Block, Net


@pytest.mark.parametrize("asked", [True, ["blocks.0", "head"], "blocks.*"])
def test_the_results_are_the_same_to_the_bit(work, asked):
    plain, saving = work.module(), work.module(gradient_checkpointing=asked)
    work.fit(plain, val=True)
    work.fit(saving, val=True)
    for (name, one), two in zip(
        plain.model.state_dict().items(), saving.model.state_dict().values(), strict=True
    ):
        assert torch.equal(one, two), name
    assert list(saving.state_dict()) == list(plain.state_dict())
    assert not any("forward" in vars(layer) for layer in saving.model.modules())


def layers(model, asked):
    config = load_config({"training": {"gradient_checkpointing": asked}})
    return list(recomputed_layers(model, config))


def test_repeated_blocks_are_found():
    assert layers(Net(), True) == ["blocks.0", "blocks.1"]
    assert layers(nn.Sequential(nn.Linear(2, 4), Block(4), Block(4)), True) == ["1", "2"]
    rounds = nn.ModuleList(nn.ModuleDict({"a": Block(4), "b": nn.ReLU()}) for _ in range(2))
    assert layers(nn.Sequential(rounds), True) == ["0.0.a", "0.1.a"]


def test_what_lies_below_is_not_wrapped_again():
    assert layers(Net(), ["blocks.0", "blocks.0.linear", "*.norm"]) == ["blocks.0", "blocks.1.norm"]


def saved(model, inputs):
    """How many numbers the forward pass keeps for the backward pass."""
    kept = []

    def pack(tensor):
        kept.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(inputs)
    return sum(kept)


def test_less_is_kept_for_the_backward_pass():
    net, inputs = Net().train(), torch.rand(64, 2)
    whole = saved(net, inputs)
    callback = Recomputing(list(net.blocks))
    callback.on_fit_start(None, None)
    assert saved(net, inputs) < whole / 2
    callback.on_fit_end(None, None)
    assert saved(net, inputs) == whole


def test_a_failure_leaves_the_model_as_it_was(work):
    class Breaks(Net):
        def forward(self, x):
            super().forward(x)
            raise RuntimeError("no more")

    module = NeuronModule(Breaks(), logger=[], loss="mse", gradient_checkpointing=True)
    module.state.objective = work.module().state.objective
    with pytest.raises(Exception, match="no more"):
        work.fit(module)
    assert not any("forward" in vars(layer) for layer in module.model.modules())
