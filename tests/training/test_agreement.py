"""Neuron and data that do not suit each other: found before training, both places shown."""

from __future__ import annotations

import pytest

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import plan


def refused(config) -> NeuroScriptError:
    with pytest.raises(NeuroScriptError) as caught:
        plan(config)
    return caught.value


def test_the_wrong_width_shows_the_line_of_the_port_and_the_line_of_the_sample(folder):
    folder.rows("bad.jsonl", [([0.0, 1.0, 2.0], [1.0])])
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]", "in -> Linear(2, 1) -> out", "{train: bad.jsonl}"
    )
    error = refused(config)
    assert error.exit_code == 1
    assert str(error) == (
        "error[NT101]: `in` takes [batch, 2], and the data have float[3]\n"
        " --> bad.jsonl:1:11\n"
        "  |\n"
        '1 | {"input": [0.0, 1.0, 2.0], "target": [1.0]}\n'
        "  |           ^^^^^^^^^^^^^^^ 3 instead of 2\n"
        " ::: net.ns:2:5\n"
        "  |\n"
        "2 |     in: [batch, 2]\n"
        "  |     -------------- declared [batch, 2] here\n"
        "  = help: write `in: [batch, 3]` in net.ns:2, or give each sample 2 numbers"
    )


def test_a_class_index_that_does_not_exist_shows_its_own_line(folder):
    folder.rows("ten.jsonl", [([0.0], 0), ([1.0], 9), ([2.0], 10)])
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 10]", "in -> Linear(1, 10) -> out", "{train: ten.jsonl}"
    )
    (diagnostic,) = refused(config).diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT104", "ten.jsonl", 3)
    assert "target 10 does not exist" in diagnostic.message
    assert "subtract 1" in diagnostic.help
    assert diagnostic.labels[0].span.line == 3


def test_fractions_where_tokens_are_expected(folder):
    folder.rows("tokens.jsonl", [([0.5, 1.0], 1)])
    config = folder.neuron(
        "in: [batch, seq] int\nout: [batch, seq, 8]",
        "in -> Embedding(8, 8) -> out",
        "{train: tokens.jsonl}",
    )
    (diagnostic,) = refused(config).diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT102", "tokens.jsonl", 1)
    assert diagnostic.labels[0].span.line == 2


def test_a_token_beyond_the_vocabulary_shows_its_line_and_the_size_to_give(folder):
    folder.write("tokens.jsonl", '{"input": [1, 2]}\n{"input": [3, 8]}\n')
    config = folder.neuron(
        "in: [batch, seq] int\nout: [batch, seq, 8]",
        "in -> Embedding(8, 8) -> out",
        "{train: tokens.jsonl}",
    )
    (diagnostic,) = refused(config).diagnostics
    assert (diagnostic.code, diagnostic.line) == ("NT103", 2)
    assert "token 8" in diagnostic.message
    assert "9" in diagnostic.help


def test_targets_of_the_wrong_width(folder):
    folder.rows("wide.jsonl", [([0.0], [1.0, 2.0])])
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 1]", "in -> Linear(1, 1) -> out", "{train: wide.jsonl}"
    )
    (diagnostic,) = refused(config).diagnostics
    assert diagnostic.code == "NT106"
    assert "do not suit an output [batch, 1]" in diagnostic.message
    assert "float[2]" in diagnostic.message


def test_targets_that_the_configured_task_cannot_take(folder):
    folder.rows("float.jsonl", [([0.0], 0.5)])
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 3]",
        "in -> Linear(1, 3) -> out",
        "{train: float.jsonl}",
        task="classification",
    )
    (diagnostic,) = refused(config).diagnostics
    assert "these targets are fractions" in diagnostic.message
    assert "a whole number from 0 up" in diagnostic.help


def test_more_class_names_than_classes(folder):
    folder.rows("names.jsonl", [([0.0], "a"), ([1.0], "b"), ([2.0], "c")])
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 2]", "in -> Linear(1, 2) -> out", "{train: names.jsonl}"
    )
    (diagnostic,) = refused(config).diagnostics
    assert diagnostic.code == "NT105"
    assert "`a`, `b` or `c`" in diagnostic.help


def test_an_input_that_the_data_do_not_have(folder):
    folder.write("pair.jsonl", '{"left": [1.0], "rigth": [2.0], "target": [3.0]}\n')
    config = folder.neuron(
        "in left: [batch, 1]\nin right: [batch, 1]\nout: [batch, 1]",
        "(left, right) -> Add() -> Linear(1, 1) -> out",
        "{train: pair.jsonl}",
    )
    (diagnostic,) = refused(config).diagnostics
    assert (diagnostic.code, diagnostic.help) == ("NT107", "did you mean `rigth`?")


def test_validation_data_are_held_to_the_same(folder):
    folder.rows("bad.jsonl", [([0.0, 1.0, 2.0], [1.0])])
    config = folder.xor(data=", val: bad.jsonl")
    (diagnostic,) = refused(config).diagnostics
    assert (diagnostic.code, diagnostic.file) == ("NT101", "bad.jsonl")


def test_a_model_that_fails_on_the_data_is_no_traceback(folder):
    from torch import nn

    from neuroscript.training import train_from_config

    folder.rows("three.jsonl", [([0.0, 1.0, 2.0], [1.0])])
    with pytest.raises(NeuroScriptError) as caught:
        train_from_config(nn.Linear(2, 1), {"data": {"train": "three.jsonl"}})
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT108", "three.jsonl", 1)
