"""Who is to blame for a loss that is no number, by name and line."""

from __future__ import annotations

import os
from pathlib import Path

import lightning
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import NeuronModule, fit
from neuroscript.training.blame import watch
from neuroscript.training.blame.trace import trace
from neuroscript.training.chatter import hushed

INPUTS = torch.tensor([[0.5, 1.0], [0.25, 0.5], [1.0, 0.25], [2.0, 1.0]])
TARGETS = INPUTS.sum(1, keepdim=True)


class Net(nn.Module):
    """A layer, something that may go wrong, and a layer."""

    def __init__(self, wrong=None, start=1.0):
        super().__init__()
        self.first = nn.Linear(2, 2)
        self.middle = wrong or nn.Identity()
        self.last = nn.Linear(2, 1)
        with torch.no_grad():
            self.first.weight.copy_(start * torch.eye(2))
            self.first.bias.zero_()

    def forward(self, x):
        return self.last(self.middle(self.first(x)))


class Own(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def told(model, inputs=INPUTS, targets=TARGETS, steps=5, **settings):
    module = NeuronModule(model, logger=[], loss="mse", metrics=[], **settings)
    batches = DataLoader(TensorDataset(inputs, targets), batch_size=4)
    with hushed():
        trainer = lightning.Trainer(
            max_steps=steps,
            max_epochs=-1,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            accelerator="cpu",
        )
    with pytest.raises(NeuroScriptError) as raised, hushed():
        trainer.fit(module, batches)
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.code == "NT301"
    return diagnostic, module


def test_the_layer_whose_output_is_no_number_is_named():
    diagnostic, module = told(Net(Own(lambda x: torch.log(x - 1.0)), start=-1.0))
    assert diagnostic.message == "the loss became nan at step 1"
    assert diagnostic.culprit.told == (
        "`log` gave nan in layer `middle`, of values from -3 to -1.25"
    )
    assert "clamp what goes in" in diagnostic.help
    assert diagnostic.culprit.place.text.strip().startswith("diagnostic, module = told(")
    assert all(bool(p.isfinite().all()) for p in module.model.parameters())


def test_the_infinite_value_is_named_that_nan_was_made_of():
    diagnostic, _ = told(Net(Own(lambda x: x * 1e38 * 1e3)))
    assert diagnostic.culprit.told.startswith("`mul` gave an infinite value in layer `middle`")


def test_infinities_of_a_mask_are_not_blamed():
    def masked(x):
        scores = x.masked_fill(x > 0.4, -torch.inf).softmax(-1)
        return torch.sqrt(scores - 0.5)

    diagnostic, _ = told(Net(Own(masked)), INPUTS.clamp(max=0.3) + torch.tensor([0.0, 0.2]))
    assert diagnostic.culprit.told.startswith("`sqrt` gave nan in layer `middle`")


def test_a_row_that_a_mask_leaves_nothing_of():
    diagnostic, _ = told(Net(Own(lambda x: x.masked_fill(x > 0.1, -torch.inf).softmax(-1))))
    assert diagnostic.culprit.told.startswith("`softmax` gave nan")
    assert "a mask leaves nothing" in diagnostic.help


def test_a_gradient_that_is_no_number_is_found_before_the_weights_are_spoilt():
    zero = Own(lambda x: torch.sqrt(x * 0.0) + x)
    diagnostic, module = told(Net(zero))
    assert diagnostic.message == "the gradient became nan at step 1"
    assert "`sqrt` gave a gradient that is no number in layer `middle`" in diagnostic.culprit.told
    assert "a root needs more than 0, its gradient too" in diagnostic.help
    assert all(bool(p.isfinite().all()) for p in module.model.parameters())


def test_a_batch_is_blamed_for_what_it_holds():
    inputs = INPUTS.clone()
    inputs[2, 1] = float("nan")
    diagnostic, _ = told(Net(), inputs)
    assert diagnostic.culprit.told == "the batch holds nan: the input of its sample 3"
    targets = TARGETS.clone()
    targets[0] = float("inf")
    diagnostic, _ = told(Net(), targets=targets)
    assert (
        diagnostic.culprit.told == "the batch holds an infinite value: the target of its sample 1"
    )


def test_weights_that_grow_without_end_are_said():
    diagnostic, _ = told(Net(), steps=400, optimizer="sgd", lr=10.0)
    assert diagnostic.step > 1
    assert "training.lr: 1" in diagnostic.help


def test_where_reading_means_waiting_the_weights_are_looked_at_later(monkeypatch):
    monkeypatch.setattr(watch, "AT_ONCE", ())
    diagnostic, _ = told(Net(Own(lambda x: torch.log(x - 1.0))), steps=7, log_every=5)
    assert diagnostic.message == "the loss became nan at step 1"
    assert diagnostic.culprit.told == "the step before spoilt the weights, from layer `last` on"


def test_the_line_of_the_program_is_shown(folder):
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]",
        "in -> Sqrt() -> Linear(2, 1) -> out",
        "{train: rows.jsonl}",
    )
    folder.rows("rows.jsonl", [([0.5, 1.0], [1.0]), ([-1.0, 0.5], [2.0]), ([2.0, 0.5], [2.5])])
    with pytest.raises(NeuroScriptError) as raised:
        fit(config)
    golden = Path(__file__).with_name("line.err")
    if os.environ.get("UPDATE_GOLDENS") == "1":
        golden.write_text(f"{raised.value}\n")
    assert f"{raised.value}\n" == golden.read_text()


def test_a_model_that_cannot_be_run_twice_is_told_of_all_the_same():
    class Once(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(2, 1)
            self.calls = 0

        def forward(self, x):
            self.calls += self.training
            if self.calls > 2:
                raise RuntimeError("no more")
            return self.linear(x) * (float("nan") if self.calls == 2 else 1.0)

    diagnostic, _ = told(Once())
    assert diagnostic.message == "the loss became nan at step 2"
    assert diagnostic.culprit is None


def test_a_trace_leaves_no_hooks():
    net = Net()
    traced = trace(net, lambda: net(INPUTS).sum(), backward=True)
    assert {one.layer for one in traced.operations} >= {"first", "last"}
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in net.modules())
    assert traced.forward_origin() is None
    assert traced.backward_origin is None
