"""Sequences of different lengths in training: masks, ignored steps, refusals."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from neuroscript.config import load_config
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, load_run, plan
from neuroscript.training.batch import Ports
from neuroscript.training.prepare import prepare

ROWS = [([1, 2, 3, 4], [0, 1, 0, 1]), ([5, 6], [1, 0]), ([7, 8, 9], [0, 0, 1])]

TAGS = "in tokens: [batch, seq] int\nout: [batch, seq, 2]"
MASKED = (
    "in:\n    tokens: [batch, seq] int\n    mask: [batch, seq]\nout: [batch, 2]",
    "tokens -> Embedding(10, 4) -> x\n        (x, mask) -> MaskedMeanPool() -> Linear(4, 2) -> out",
)
STEPS = ("in: [batch, seq, 1]\nout: [batch, seq, 1]", "in -> Linear(1, 1) -> out")
LM = "in -> Embedding(10, 4) -> Linear(4, 10) -> out"


def outcome_of(config, batch_of=None):
    prepared = prepare(load_config(config))
    objective = prepared.module.state.objective
    model = prepared.module.model.eval()
    return [objective.outcome(model, batch) for batch in prepared.data.train], prepared


def test_padded_steps_do_not_count(folder):
    folder.rows("data.jsonl", ROWS)
    config = folder.neuron(TAGS, "tokens -> Embedding(10, 4) -> Linear(4, 2) -> out", "{}")
    together, _ = outcome_of(
        {
            **load_config(config).model_dump(exclude_none=True),
            "data": {"train": "data.jsonl", "batch_size": 3},
        }
    )
    alone, _ = outcome_of(
        {
            **load_config(config).model_dump(exclude_none=True),
            "data": {"train": "data.jsonl", "batch_size": 1, "shuffle": False},
        }
    )
    steps = torch.tensor([4.0, 2.0, 3.0])
    expected = (torch.stack([one.loss for one in alone]) * steps).sum() / steps.sum()
    assert together[0].loss.item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_language_model_is_not_trained_to_foretell_padding(folder):
    folder.write("data.jsonl", "".join(json.dumps({"input": x}) + "\n" for x, _ in ROWS))
    config = folder.neuron("in: [batch, seq] int\nout: [batch, seq, 10]", LM, "{train: data.jsonl}")
    (outcome,), prepared = outcome_of(config)
    assert prepared.plan.task == "language_modeling"
    _, targets = outcome.compared[0]
    assert sorted(targets[targets != -100].tolist()) == [2, 3, 4, 6, 8, 9]


def test_a_mask_port_is_told_what_is_there(folder):
    rows = [([1, 2, 3], 0), ([4], 1)]
    folder.rows("data.jsonl", rows)
    config = folder.neuron(*MASKED, "{train: data.jsonl, shuffle: false}")
    (outcome,), prepared = outcome_of(config)
    assert prepared.plan.notices == (
        "input of 1 to 3 steps: padded with 0 to the longest of each batch; "
        "`mask` tells which are there",
    )
    assert (prepared.plan.task, outcome.size) == ("classification", 2)
    objective, model = prepared.module.state.objective, prepared.module.model
    padded = objective.inputs(next(iter(prepared.data.train)))
    assert padded[1].tolist() == [[True, True, True], [True, False, False]]
    alone = objective.inputs({"input": torch.tensor([[4]])})
    assert torch.allclose(model(*padded)[1], model(*alone)[0])


def test_a_run_remembers_its_mask_port(folder):
    folder.rows("data.jsonl", [([1, 2, 3], 0), ([4], 1)])
    runner = fit(folder.neuron(*MASKED, "{train: data.jsonl}", training="{epochs: 1}"))
    again = load_run(runner.run_dir)
    tokens = torch.tensor([[1, 2, 3]])
    assert torch.equal(again.infer(tokens), runner.infer(tokens))
    encoding = again.module.state.encoding
    assert encoding == runner.module.state.encoding
    batch = encoding.encode_rows([{"input": [1, 2]}, [3]])
    assert batch["input"].tolist() == [[1, 2], [3, 0]]


@pytest.mark.parametrize(
    ("port", "rank", "expected"),
    [
        ("lengths", 1, [2, 1]),
        ("mask", 2, [[True, True], [True, False]]),
        ("left_mask", 2, [[True, True], [True, False]]),
        ("mask", 3, [[[True, True], [True, True]], [[True, False], [False, False]]]),
        ("attention_mask", 4, [[[[True, True], [True, True]]], [[[True, False], [False, False]]]]),
    ],
)
def test_what_ports_are_told(port, rank, expected):
    ports = Ports(("left", port), ("out",), padding={port: rank})
    batch = {"input": torch.tensor([[1, 2], [3, 0]]), "lengths": torch.tensor([2, 1])}
    assert ports.unpack(batch)[0][1].tolist() == expected


def test_a_mask_in_the_data_is_left_alone():
    ports = Ports(("tokens", "mask"), ("out",), padding={"mask": 2})
    given = {"tokens": torch.tensor([[1, 2]]), "mask": torch.tensor([[0, 1]])}
    assert ports.unpack({"input": given})[0][1].tolist() == [[0, 1]]


def test_sequences_of_fractions_are_compared_where_they_are(folder):
    folder.rows("data.jsonl", [([[0.0], [1.0]], [[1.0], [2.0]]), ([[2.0]], [[3.0]])])
    config = folder.neuron(*STEPS, "{train: data.jsonl}")
    (outcome,), prepared = outcome_of(config)
    assert prepared.plan.task == "regression"
    assert sorted(outcome.compared[0][1].flatten().tolist()) == [1.0, 2.0, 3.0]
    assert torch.isfinite(outcome.loss)


def test_an_autoencoder_is_not_held_to_padding(folder):
    folder.write("data.jsonl", '{"input": [[0.5], [1.5]]}\n{"input": [[2.5]]}\n')
    config = folder.neuron(*STEPS, "{train: data.jsonl}")
    (outcome,), prepared = outcome_of(config)
    assert prepared.plan.task == "reconstruction"
    assert sorted(outcome.compared[0][1].flatten().tolist()) == [0.5, 1.5, 2.5]


@pytest.mark.parametrize("odd", [[1.0], [1.0, 2.0, 3.0]])
def test_a_port_of_one_size_refuses_the_first_other_one(folder, odd):
    folder.rows("data.jsonl", [([1.0, 2.0], [0.0])] * 3 + [(odd, [0.0])])
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]", "in -> Linear(2, 1) -> out", "{train: data.jsonl}"
    )
    with pytest.raises(NeuroScriptError) as raised:
        plan(config)
    (wrong,) = raised.value.diagnostics
    assert (wrong.code, wrong.file, wrong.line) == ("NT101", "data.jsonl", 4)
    assert f"{len(odd)} instead of 2" in str(raised.value)


def test_a_model_handed_in_that_fails_is_told_at_the_odd_sample(folder):
    folder.rows("data.jsonl", [([1.0, 2.0], [0.0])] * 3 + [([1.0], [0.0])])
    with pytest.raises(NeuroScriptError) as raised:
        prepare(load_config({"data": {"train": "data.jsonl"}}), nn.Linear(3, 1))
    assert raised.value.diagnostics[0].line == 4


def test_names_of_sizes_hold_sequence_by_sequence(folder):
    folder.write(
        "data.jsonl",
        '{"left": [1, 2], "right": [1, 2], "target": 0}\n'
        '{"left": [1], "right": [1, 2, 3], "target": 1}\n',
    )
    config = folder.neuron(
        "in:\n    left: [batch, seq] int\n    right: [batch, seq] int\nout: [batch, seq, 2]",
        "left -> Embedding(9, 2) -> a\n        right -> Embedding(9, 2) -> b\n"
        "        (a, b) -> Add() -> Linear(2, 2) -> out",
        "{train: data.jsonl}",
    )
    with pytest.raises(NeuroScriptError) as raised:
        plan(config)
    assert raised.value.diagnostics[0].code == "NT101"
    assert "3 here, 1 in `left` (`seq`)" in str(raised.value)


@pytest.mark.parametrize("apart", [True, False])
def test_packed_samples_are_learnt_as_if_they_were_alone(folder, apart):
    folder.write("data.jsonl", "".join(json.dumps({"input": x}) + "\n" for x, _ in ROWS))
    inputs = "in:\n    tokens: [batch, seq] int\n" + "    mask: [batch, seq, seq]\n" * apart
    graph = "tokens -> Embedding(10, 4) -> x\n        "
    graph += "(x, mask) -> MaskedSelfAttention(4, num_heads=1) -> y\n        " * apart
    graph += ("y" if apart else "x") + " -> Linear(4, 10) -> out"
    data = "{train: data.jsonl, shuffle: false, pack: %s}"
    ports = f"{inputs}out: [batch, seq, 10]"
    (outcome,), prepared = outcome_of(folder.neuron(ports, graph, data % "12"))
    how = "`mask` keeps them apart" if apart else "each is seen by those behind it"
    notice = f"3 samples of input packed into 1 windows of at most 12 steps; {how}"
    assert prepared.plan.notices == (notice,)
    scores, targets = outcome.compared[0]
    kept = targets != -100
    assert targets[kept].tolist() == [2, 3, 4, 0, 6, 0, 8, 9, 0]
    model, objective = prepared.module.model.eval(), prepared.module.state.objective
    alone = [model(*objective.inputs(torch.tensor([[*x, 0]])))[0, :-1] for x, _ in ROWS]
    assert torch.allclose(scores[kept], torch.cat(alone), atol=1e-6)
