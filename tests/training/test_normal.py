"""Inputs on the scale that was learnt on the training data."""

from __future__ import annotations

import pytest
import torch

from neuroscript.config import load_config
from neuroscript.contracts.dataloader.columns.moments import moments
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, load_run, plan
from neuroscript.training.normal import Normalised
from neuroscript.training.prepare import prepare

LINE = ("in: [batch, 3]\nout: [batch, 1]", "in -> Linear(3, 1) -> out")
ROWS = [([1.0, 100.0, 7.0], [0.0]), ([3.0, 300.0, 7.0], [1.0]), ([5.0, 500.0, 7.0], [2.0])]


def line(folder, normalize, rows=ROWS, **sections):
    folder.rows("data.jsonl", rows)
    return folder.neuron(*LINE, f"{{train: data.jsonl, normalize: {normalize}}}", **sections)


def inputs_of(config):
    prepared = prepare(load_config(config))
    return prepared.module.state.objective.inputs(prepared.data.train.gather(torch.arange(3)))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("standard", [[-1.2247, -1.2247, 0.0], [0.0, 0.0, 0.0], [1.2247, 1.2247, 0.0]]),
        ("minmax", [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1.0, 1.0, 0.0]]),
        ("none", [row for row, _ in ROWS]),
        ("{in: minmax}", [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1.0, 1.0, 0.0]]),
    ],
)
def test_features_are_brought_to_one_scale(folder, kind, expected):
    (given,) = inputs_of(line(folder, kind))
    assert torch.allclose(given, torch.tensor(expected), atol=1e-4)
    assert given.dtype is torch.float32


def test_whole_numbers_that_the_neuron_takes_as_fractions_too(folder):
    config = line(folder, "minmax", [([0, 2, 5], [0.0]), ([1, 4, 5], [1.0]), ([2, 6, 5], [0.5])])
    (given,) = inputs_of(config)
    assert given.tolist() == [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1.0, 1.0, 0.0]]


def test_channels_of_images_and_steps_of_sequences_share_a_scale(folder):
    folder.rows(
        "data.jsonl", [([[[0.0, 2.0]], [[0.0, 20.0]]], 0), ([[[4.0, 4.0]], [[0.0, 0.0]]], 1)]
    )
    config = folder.neuron(
        "in: [batch, 2, 1, 2]\nout: [batch, 2]",
        "in -> Flatten() -> Linear(4, 2) -> out",
        "{train: data.jsonl, normalize: minmax, shuffle: false}",
    )
    prepared = prepare(load_config(config))
    (given,) = prepared.module.state.objective.inputs(next(iter(prepared.data.train)))
    assert given.tolist() == [[[[0.0, 0.5]], [[0.0, 1.0]]], [[[1.0, 1.0]], [[0.0, 0.0]]]]


def test_padding_stays_as_it_is(folder):
    folder.rows("data.jsonl", [([[2.0], [4.0]], [[0.0], [1.0]]), ([[6.0]], [[0.5]])])
    config = folder.neuron(
        "in: [batch, seq, 1]\nout: [batch, seq, 1]",
        "in -> Linear(1, 1) -> out",
        "{train: data.jsonl, normalize: minmax, shuffle: false}",
    )
    prepared = prepare(load_config(config))
    (given,) = prepared.module.state.objective.inputs(next(iter(prepared.data.train)))
    assert given.squeeze(-1).tolist() == [[0.0, 0.5], [1.0, 0.0]]


def test_only_the_training_data_are_learnt_from(folder):
    folder.rows("val.jsonl", [([1000.0, 0.0, 0.0], [0.0])])
    folder.rows("data.jsonl", ROWS)
    config = folder.neuron(*LINE, "{train: data.jsonl, val: val.jsonl, normalize: minmax}")
    found = plan(config)
    assert "in normalised (minmax), as learnt on the training data" in found.notices
    (given,) = prepare(load_config(config)).module.state.objective.inputs(
        torch.tensor([[1000.0, 0.0, 0.0]])
    )
    assert given[0, 0] == pytest.approx((1000 - 1) / 4)


def test_a_loaded_run_normalises_as_the_run_did(folder):
    runner = fit(line(folder, "standard", training="{epochs: 2}"))
    again = load_run(runner.run_dir)
    rows = torch.tensor([row for row, _ in ROWS])
    assert torch.equal(again.infer(rows), runner.infer(rows))
    assert not torch.allclose(runner.model(rows), runner.infer(rows))
    objective = again.module.state.objective
    whole = Normalised(again.model, objective.normals)
    assert torch.equal(whole(rows), again.infer(rows))


@pytest.mark.parametrize(
    ("normalize", "code", "said"),
    [
        ("standart", "NC1", "standard"),
        ("{inn: minmax}", "NT215", "did you mean `in`"),
        ("{in: max}", "NC1", "minmax"),
    ],
)
def test_what_cannot_be_normalised_is_told_in_the_config(folder, normalize, code, said):
    with pytest.raises(NeuroScriptError) as raised:
        plan(line(folder, normalize))
    found = raised.value.diagnostics[0]
    assert found.code.startswith(code)
    assert found.line == 2
    assert said in str(raised.value)


def test_tokens_are_not_normalised(folder):
    folder.rows("data.jsonl", [([1, 2], 0), ([3, 4], 1)])
    for normalize in ("standard", "{tokens: standard}"):
        config = folder.neuron(
            "in tokens: [batch, seq] int\nout: [batch, seq, 5]",
            "tokens -> Embedding(5, 5) -> out",
            f"{{train: data.jsonl, normalize: {normalize}}}",
            task="language_modeling",
        )
        folder.write("data.jsonl", '{"input": [1, 2]}\n{"input": [3, 4]}\n')
        with pytest.raises(NeuroScriptError) as raised:
            plan(config)
        assert raised.value.diagnostics[0].code == "NT215"


def test_stratify_that_cannot_be_is_told_in_the_config(folder):
    folder.rows("data.jsonl", ROWS)
    config = folder.neuron(*LINE, "{train: data.jsonl, val: 0.3, stratify: true}")
    with pytest.raises(NeuroScriptError) as raised:
        plan(config)
    assert raised.value.diagnostics[0].code == "NT216"


def test_moments_part_by_part_are_those_of_the_whole():
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(1000, 3, generator=generator) * 1e-3 + 1e4
    found = moments(values.split([1, 499, 300, 200]))
    exact = values.double()
    assert torch.allclose(found.mean, exact.mean(0), rtol=1e-12)
    assert torch.allclose(found.deviation, exact.std(0, correction=0), rtol=1e-9)
    assert torch.equal(found.least, exact.amin(0))
