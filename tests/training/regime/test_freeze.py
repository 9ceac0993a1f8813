"""What is frozen stays as it is, to the bit."""

from __future__ import annotations

import pytest
import torch

from neuroscript.config import load_config
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit
from neuroscript.training.regime.freeze import freeze

from .conftest import Net


def state(module):
    return {name: tensor.clone() for name, tensor in module.model.state_dict().items()}


@pytest.mark.parametrize("val", [False, True])
def test_frozen_layers_and_their_statistics_stay(work, val):
    module = work.module(freeze=["blocks.0"])
    before = state(module)
    module.train()
    work.fit(module, val=val)
    after = state(module)
    for name, tensor in before.items():
        assert torch.equal(tensor, after[name]) == name.startswith("blocks.0"), name


def test_a_norm_that_learns_its_weights_goes_on_counting(work):
    module = work.module(freeze=["blocks.0.linear"])
    before = state(module)
    work.fit(module)
    after = state(module)
    assert not torch.equal(
        before["blocks.0.norm.running_mean"], after["blocks.0.norm.running_mean"]
    )
    assert torch.equal(before["blocks.0.linear.weight"], after["blocks.0.linear.weight"])


@pytest.mark.parametrize(
    ("patterns", "tensors"),
    [("stem", 2), (["*.bias"], 6), (["blocks.?.norm"], 4), (["stem.weight", "stem.weight"], 1)],
)
def test_counts_are_told(patterns, tensors):
    net = Net()
    frozen = freeze(net, load_config({"training": {"freeze": patterns}}))
    assert frozen is not None
    assert frozen.tensors == tensors == sum(not p.requires_grad for p in net.parameters())
    assert frozen.numbers == sum(p.numel() for p in net.parameters() if not p.requires_grad)
    assert frozen.of == sum(p.numel() for p in net.parameters())


def test_the_plan_tells_what_is_frozen(folder):
    runner = fit(folder.xor("{epochs: 1, freeze: linear}"))
    assert runner.plan.regime["freeze"] == "linear: 2 tensors, 12 of 17 parameters"
    assert runner.plan.parameters == 5


def test_a_slip_names_the_nearest_in_a_script_too(work):
    module = work.module(freeze=["stm"])
    with pytest.raises(NeuroScriptError, match="did you mean `stem`"):
        work.fit(module)
