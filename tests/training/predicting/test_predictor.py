"""Rows become batches, and what is wrong with one is told at its place."""

from __future__ import annotations

import pytest
import torch

from neuroscript.contracts.dataloader.columns.encoding import InputEncoding
from neuroscript.contracts.dataloader.tokenizers import tokenizer_for
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit
from neuroscript.training.input_port import InputPort
from neuroscript.training.predicting.batches import Form
from neuroscript.training.predicting.row import rows_of

NUMBERS = InputPort("in", ("batch", 2), "float", (2,))
TOKENS = InputPort("in", ("batch", "seq"), "int", (4,))
BYTES = tokenizer_for("bytes")
PAIR = (
    InputPort("left", ("batch", "n"), "float", (3,)),
    InputPort("right", ("batch", "n"), "float", (3,)),
)


def told(form, *values):
    _, wrong = form.batches(rows_of(values))
    return {number: [(d.code, d.message) for d in found] for number, found in wrong.items()}


@pytest.mark.parametrize(
    "row",
    [
        [1, 0.5],
        (1, 0.5),
        torch.tensor([1, 0.5]),
        {"input": [1, 0.5], "target": "x"},
        {"in": [1, 0.5], "id": 7},
        {"anything": [1, 0.5]},
        {"input": {"in": [1, 0.5]}},
    ],
)
def test_a_row_comes_in_any_form_that_data_come_in(row):
    (batch,), wrong = Form((NUMBERS,)).batches(rows_of([row]))
    assert not wrong
    assert torch.equal(batch.inputs["in"], torch.tensor([[1, 0.5]]))


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        ([1, 2, 3], "NT703", "`in` takes 2 numbers a row, and this is a list of 3"),
        (1.0, "NT703", "`in` takes 2 numbers a row, and this is a single value"),
        ([[1], [2, 3]], "NT703", "`in` takes 2 numbers a row, and this is lists that differ in"),
        ([1, None], "NT704", "`in` takes numbers, and this row has null"),
        ([1, "two"], "NT704", "`in` takes numbers, and this row has the text `two`"),
        ([1, 1e39], "NT704", "`in` takes numbers, and this row has 1e+39"),
        ([float("nan"), 0.0], "NT704", "`in` takes numbers, and this row has nan"),
        ({"a": [1, 2], "b": 3}, "NT702", "this row has no `in`"),
        ({}, "NT702", "this row has no `in`"),
    ],
)
def test_a_row_that_is_none_is_told(row, code, message):
    ((found,),) = told(Form((NUMBERS,)), [0, 0], row).values()
    assert found[0] == code
    assert message in found[1]


def test_tokens_are_whole_and_known():
    form = Form((TOKENS,), vocabulary=10)
    wrong = told(form, [1, 2], [1, 10], [-1], [1.5, 2], [True, False], [2**70])
    assert {number: found[0][0] for number, found in wrong.items()} == {
        1: "NT705", 2: "NT705", 3: "NT704", 4: "NT704", 5: "NT704",
    }  # fmt: skip
    assert "takes tokens from 0 to 9, and this row has 10" in wrong[1][0][1]


def test_rows_of_several_shapes_are_batched_by_shape():
    batches, wrong = Form((TOKENS,)).batches(rows_of([[1, 2], [3], [4, 5], [6, 7, 8]]))
    assert not wrong
    assert [batch.numbers for batch in batches] == [[0, 2], [1], [3]]
    assert batches[0].inputs["in"].tolist() == [[1, 2], [4, 5]]


def test_a_row_may_be_told_by_the_columns_that_an_input_was_made_of():
    encodings = {"in": InputEncoding("input", "float", (2,), columns=("a", "b"))}
    form = Form((NUMBERS,), encodings=encodings)
    rows = [{"b": "2.5", "a": "1", "c": "x"}, {"in": [1, 2]}, [3, 4]]
    (batch,), wrong = form.batches(rows_of(rows))
    assert not wrong
    assert batch.inputs["in"].tolist() == [[1, 2.5], [1, 2], [3, 4]]
    assert told(form, {"a": 1}, {"a": 1, "b": "two"}) == {
        0: [("NT702", "this row has no `b`")],
        1: [("NT704", "`in` takes numbers, and this row has the text `two`")],
    }


def test_text_becomes_the_tokens_of_the_training_data():
    form = Form((TOKENS,), 256, {"in": InputEncoding("input", "int", (4,), True, (), BYTES)})
    batches, wrong = form.batches(rows_of(["ab", {"input": "c"}, [1, 2]]))
    assert not wrong
    assert [batch.inputs["in"].tolist() for batch in batches] == [[[97, 98], [1, 2]], [[99]]]


def test_one_name_has_one_size_in_a_row():
    row = {"left": [1, 2], "right": [1, 2, 3]}
    ((found,),) = told(Form(PAIR), row).values()
    assert found == ("NT703", "`right` takes 2 numbers a row, and this is a list of 3")
    ((found,),) = told(Form(PAIR), {"left": [1]}).values()
    assert found[1] == "this row has no `right`"


def test_the_row_that_a_model_cannot_take_is_found(folder):
    steps = [[1.0], [1.0], [0.0]]
    folder.rows("all.jsonl", [([0, 1, 2], steps), ([2, 1, 0], steps)])
    config = folder.neuron(
        "in: [batch, seq] int\nout: [batch, seq, 1]",
        "in -> Embedding(3, 4) -> LearnedPositionalEmbedding(4, 4) -> Linear(4, 1) -> out",
        "{train: all.jsonl}",
        training="{steps: 1, loss: mae}",
        task="regression",
    )
    runner = fit(config)
    assert len(runner.predict([[0, 1], [0, 1, 2, 1]])) == 2
    with pytest.raises(NeuroScriptError) as caught:
        runner.predict([[0, 1], [0, 1, 2, 1, 0], [1, 1]])
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "NT706"
    assert "the model cannot take this row, a list of 5" in diagnostic.message


def test_answers_are_numbered_and_written_as_short_as_they_are(folder):
    runner = fit(folder.xor("{steps: 1}"))
    first, second = runner.predict([[0, 1], {"input": [1, 1]}])
    assert (first["index"], second["index"]) == (0, 1)
    assert len(str(first["prediction"])) < 12
    assert torch.tensor(first["prediction"]) == runner.infer(torch.tensor([[0, 1]])).squeeze()
    assert runner.predict([]) == []
