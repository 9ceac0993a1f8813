"""What a run keeps of the inputs of its neuron."""

from __future__ import annotations

import torch
from torch import nn

from neuroscript.training import fit, load_run, train_from_config
from neuroscript.training.input_port import InputPort


def test_a_run_keeps_the_ports_as_declared_and_the_sizes_of_a_sample(folder):
    folder.rows("all.jsonl", [([[1.0, 2.0], [0.0, 1.0]], 1.0), ([[1.0, 0.0], [2.0, 1.0]], 0.5)])
    config = folder.neuron(
        "in: [batch, seq, 2]\nout: [batch, 1]",
        "in -> Mean(dim=1) -> Linear(2, 1) -> out",
        "{train: all.jsonl}",
        training="{steps: 1}",
    )
    runner = fit(config)
    (port,) = load_run(runner.run_dir).module.state.objective.taken
    assert port == InputPort("in", ("batch", "seq", 2), "float", (2, 2))
    assert port.sizes == ("seq", 2)


def test_a_model_handed_in_takes_what_it_was_trained_on(folder):
    config = folder.xor("{steps: 1}")
    runner = train_from_config(nn.Sequential(nn.Linear(2, 1)), config)
    assert runner.module.state.objective.taken[0].shape == ("batch", 2)
    whole = InputPort("in", ("batch", 2), "int", (2,))
    assert InputPort.from_data(whole.as_data()) == whole
    assert torch.is_tensor(runner.infer(torch.zeros(3, 2)))
