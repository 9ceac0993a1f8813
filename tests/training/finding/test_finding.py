"""What `auto` finds, that it leaves nothing behind, and what happens without memory enough."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from neuroscript.config import load_config
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, train_from_config
from neuroscript.training.finding import batch_size, learning_rate
from neuroscript.training.finding.batch_size import find_batch_size
from neuroscript.training.finding.learning_rate import fastest_fall, find_learning_rate
from neuroscript.training.finding.memory import MainMemory, is_out_of_memory
from neuroscript.training.prepare import prepare


@pytest.fixture
def rows(folder):
    """Something to learn, 600 samples of it."""
    generator = random.Random(5)
    pairs = [(generator.random(), generator.random()) for _ in range(600)]
    folder.rows("rows.jsonl", [([a, b], [a * b]) for a, b in pairs])
    return folder


def config(rows, training: str, data: str = "{train: rows.jsonl}"):
    graph = "in -> Linear(2, 8) -> BatchNorm(8) -> ReLU() -> Dropout(0.1) -> Linear(8, 1) -> out"
    return rows.neuron("in: [batch, 2]\nout: [batch, 1]", graph, data, training=training)


def everything(prepared):
    """All that a finder must leave as it was."""
    module = prepared.module
    return (
        {name: tensor.clone() for name, tensor in module.model.state_dict().items()},
        [layer.training for layer in module.model.modules()],
        [parameter.grad for parameter in module.model.parameters()],
        torch.get_rng_state(),
        np.random.get_state()[1].copy(),
        random.getstate(),
        prepared.data.train.batch_size,
        len(module.state.journal),
    )


def same(one, two) -> bool:
    if isinstance(one, (torch.Tensor, np.ndarray)):
        return bool((one == two).all())
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(two) and all(map(same, one, two))
    return one == two


@pytest.mark.parametrize("find", [find_learning_rate, find_batch_size])
def test_weights_chance_and_data_are_as_they_were(rows, find):
    prepared = prepare(load_config(config(rows, "{lr: auto, batch_size: auto, clip: 1.0}")))
    before = everything(prepared)
    find(prepared)
    assert same(before, everything(prepared))


def test_a_run_with_what_was_found_is_the_run_with_that_said(rows):
    path = config(rows, "{lr: auto, batch_size: auto, epochs: 1}")
    found = fit(path)
    written = load_config(found.run_dir / "config.yml")
    assert written.training.lr == found.plan.lr == found.module.hparams["lr"]
    assert written.batch_size == found.plan.batch_size == 64
    assert "fastest" in found.plan.reasons["lr"]
    assert "fewer than 8 steps" in found.plan.reasons["batch_size"]
    said = fit(path, lr=found.plan.lr, batch_size=64)
    assert same(found.model.state_dict(), said.model.state_dict())


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_what_is_found_learns_well(rows, optimizer):
    path = config(rows, f"{{lr: auto, epochs: 3, optimizer: {optimizer}}}")
    found = fit(path)
    losses = [fit(path, lr=lr).metrics["train_loss"] for lr in (1e-5, 1e-3)]
    assert found.metrics["train_loss"] < min(losses)


def test_rates_of_groups_that_are_said_are_kept(rows):
    text = "{lr: auto, groups: [{match: linear, lr: 0.5}]}"
    trial = learning_rate.Trial(prepare(load_config(config(rows, text))), "training.lr")
    optimizer, free = trial.optimizer(1e-3)
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 1e-3]
    assert free == optimizer.param_groups[1:]


def test_a_loss_that_never_falls_has_no_rate(rows):
    rows.write("own.py", "def still(predictions, targets):\n    return predictions.sum() * 0 + 1\n")
    with pytest.raises(NeuroScriptError, match="the loss falls at no learning rate") as raised:
        fit(config(rows, "{lr: auto, loss: ./own.py:still}"))
    (told,) = raised.value.diagnostics
    assert (told.code, told.span.text) == ("NT521", "auto")
    assert fastest_fall([0.1, 0.2], [1.0, 1.5]) is None


def forgetful(monkeypatch, most: int, reason: str = "CUDA out of memory. Tried to allocate 2 GiB"):
    """Lets every layer run out of memory with larger batches."""
    forward = nn.Linear.forward

    def limited(self, x):
        if len(x) > most:
            raise torch.OutOfMemoryError(reason)
        return forward(self, x)

    monkeypatch.setattr(nn.Linear, "forward", limited)


@pytest.mark.parametrize(("most", "found"), [(48, 32), (20, 16), (2, 2)])
def test_the_largest_power_of_two_that_passes_is_found(rows, monkeypatch, most, found):
    prepared = prepare(load_config(config(rows, "{batch_size: auto}")))
    forgetful(monkeypatch, most)
    size, why = find_batch_size(prepared)
    assert (size, why) == (found, f"found: {found * 2} does not fit in memory")


def test_a_single_sample_that_does_not_fit_is_told(rows, monkeypatch):
    prepared = prepare(load_config(config(rows, "{batch_size: auto}")))
    forgetful(monkeypatch, 0)
    with pytest.raises(NeuroScriptError, match="a single sample does not fit") as raised:
        find_batch_size(prepared)
    assert "gradient_checkpointing: true" in raised.value.diagnostics[0].help


def test_main_memory_is_not_asked_for_more_than_is_free(rows, monkeypatch):
    prepared = prepare(load_config(config(rows, "{batch_size: auto}")))
    monkeypatch.setattr(MainMemory, "used", lambda self: 2**30)
    monkeypatch.setattr(MainMemory, "free", lambda self: 2**31)
    size, why = find_batch_size(prepared)
    assert (size, why) == (32, "found: 64 would need about 3.0 GiB, and 2.0 GiB are free")


def test_memory_is_measured():
    memory = MainMemory()
    block = torch.ones(2**25)  # more than the allocator would take from what was freed before
    assert 0.9 * 2**27 < memory.used() < 4 * 2**27
    assert (memory.free() or 2**30) > block.numel()


def test_out_of_memory_is_told_with_what_to_do(rows, monkeypatch):
    path = config(rows, "{batch_size: 64, accumulate: 2, epochs: 1}")
    forgetful(monkeypatch, 40)
    with pytest.raises(NeuroScriptError) as raised:
        fit(path)
    (told,) = raised.value.diagnostics
    assert (told.code, told.span.text) == ("NT523", "64")
    assert told.message == "out of memory at step 1, with batches of 64: CUDA out of memory"
    assert "`batch_size: 32` and `accumulate: 4`" in told.help


@pytest.mark.parametrize("handed_in", [False, True])
def test_batches_that_were_found_are_halved_until_they_fit(rows, monkeypatch, capsys, handed_in):
    path = config(rows, "{batch_size: auto, epochs: 1}")
    monkeypatch.setattr(
        "neuroscript.training.finding.found.find_batch_size", lambda prepared: (64, "found: it was")
    )
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)) if handed_in else None
    before = None if model is None else [p.detach().clone() for p in model.parameters()]
    forgetful(monkeypatch, 20)
    runner = train_from_config(model, path)
    written = load_config(runner.run_dir / "config.yml")
    assert (written.batch_size, written.training.accumulate) == (16, 4)
    assert "did not fit in memory" in capsys.readouterr().err
    if model is not None:
        with torch.no_grad():
            for parameter, value in zip(model.parameters(), before, strict=True):
                parameter.copy_(value)
    again = train_from_config(
        model, load_config(path, ["training.batch_size=16", "training.accumulate=4"])
    )
    assert again.metrics == runner.metrics


def test_a_run_that_goes_on_keeps_what_was_found(rows):
    path = config(rows, "{lr: auto, batch_size: auto, epochs: 1, ema: 0.9, schedule: cosine}")
    first = fit(path)
    longer = fit(path, resume=True, epochs=2)
    assert longer.plan.lr == first.plan.lr
    assert longer.plan.batch_size == 64
    assert longer.plan.reasons["batch_size"] == "as in the run that goes on"


def test_words_that_mean_memory():
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"))
    assert not is_out_of_memory(ValueError("out of memory"))
    assert batch_size.largest(600) == 64
