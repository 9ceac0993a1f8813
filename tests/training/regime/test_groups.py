"""Groups of parameters: what each of them is trained with."""

from __future__ import annotations

import pytest
import torch

from neuroscript.config import load_config
from neuroscript.contracts import ContractRegistry, create_optimizer
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training.regime.groups import as_torch, parameter_groups

from .conftest import Net

TORCH_CLASSES = ["adagrad", "adam", "adamw", "lion", "nadam", "radam", "rmsprop", "sgd"]


def grouped(groups, optimizer="adam"):
    net = Net()
    config = load_config({"training": {"groups": groups, "optimizer": optimizer}})
    return net, parameter_groups(net, config, optimizer)


def test_every_built_in_optimizer_has_groups():
    assert ContractRegistry.of("optimizer").names() == TORCH_CLASSES
    for name in TORCH_CLASSES:
        net, groups = grouped([{"match": "stem", "lr": 0.5, "weight_decay": 0.1}], name)
        made = create_optimizer(name, net, 0.01, groups=as_torch(net, groups))
        assert [group["lr"] for group in made.param_groups] == [0.5, 0.01]
        assert made.param_groups[0]["weight_decay"] == 0.1
        trained = [id(p) for group in made.param_groups for p in group["params"]]
        assert sorted(trained) == sorted(map(id, net.parameters()))


def test_the_first_match_has_a_parameter_and_the_rest_come_last():
    _, groups = grouped(
        [{"match": "blocks.0.*"}, {"match": ["blocks", "head"], "lr": 0.1}, {"match": "*.weight"}]
    )
    assert [(group.label, len(group.names)) for group in groups] == [
        ("blocks.0.*", 4),
        ("blocks, head", 6),
        ("*.weight", 1),
        ("the rest", 1),
    ]
    assert groups[-1].names == ["stem.bias"]


def test_no_decay_is_for_biases_and_norms():
    _, groups = grouped([{"match": "*", "weight_decay": 0.1, "no_decay": True}])
    weights, others = groups
    assert weights.options == {"weight_decay": 0.1}
    assert others.options == {"weight_decay": 0.0}
    assert all("norm" in name or name.endswith("bias") for name in others.names)
    assert set(weights.names) == {"stem.weight", "head.weight"} | {
        f"blocks.{i}.linear.weight" for i in range(2)
    }


def test_no_decay_needs_an_optimizer_that_has_one(tmp_path):
    class Bare(torch.optim.SGD):
        def __init__(self, params, lr=0.1):
            super().__init__(params, lr)

    ContractRegistry.register_optimizer("bare", Bare)
    with pytest.raises(NeuroScriptError, match="has no option `weight_decay`"):
        grouped([{"match": "*", "no_decay": True}], "bare")


def test_groups_are_trained_with_what_they_have(work):
    module = work.module(optimizer="sgd", groups=[{"match": "stem", "lr": 1e-30}])
    before = {name: p.detach().clone() for name, p in module.model.named_parameters()}
    work.fit(module)
    after = dict(module.model.named_parameters())
    assert torch.equal(before["stem.weight"], after["stem.weight"])
    assert not torch.equal(before["head.weight"], after["head.weight"])


def test_frozen_parameters_are_in_no_group(work):
    module = work.module(freeze=["stem"], groups=[{"match": "*", "lr": 0.1}])
    trainer = work.fit(module)
    (group,) = trainer.optimizers[0].param_groups
    assert len(group["params"]) == 10
