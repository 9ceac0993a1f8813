"""`Runner.predict` takes rows as `neuroscript predict` does: texts, columns, paths of images."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from PIL import Image

from neuroscript.cli import predict
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, load_run
from neuroscript.training.predicting import Predictor
from neuroscript.training.predicting.row import rows_of


def asked(*words):
    result = CliRunner().invoke(predict.command, words, catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_texts_are_answered_by_the_names_of_classes(folder):
    rows = [("good film", "yes"), ("bad film", "no"), ("fine", "yes"), ("poor", "no")]
    folder.rows("all.jsonl", rows)
    config = folder.neuron(
        "in: [batch, seq] int\nout: [batch, 2]",
        "in -> Embedding(256, 4) -> BertPooler(4) -> Linear(4, 2) -> out",
        "{train: all.jsonl}",
        training="{steps: 1}",
    )
    fit(config)
    run = load_run("runs/net/1")
    texts = ["good", "a longer text"]
    answers = run.predict(texts)
    assert {one["prediction"] for one in answers} <= {"yes", "no"}
    assert answers == run.predict([{"input": text} for text in texts])
    assert answers == asked("runs/net", '["good", "a longer text"]')
    assert run.predict("good") == answers[:1]


def test_columns_of_a_table_are_found_by_name(folder):
    folder.write("all.csv", "wide,high,kind\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n")
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 2]",
        "in -> Linear(2, 2) -> out",
        "{train: all.csv}",
        training="{steps: 1}",
    )
    fit(config)
    run = load_run("runs/net/1")
    answers = run.predict([{"high": "2", "wide": 1.0, "kind": "?"}, {"wide": 3, "high": 4}])
    assert answers == run.predict([[1, 2], [3, 4]])
    assert run.predict({"wide": 1, "high": 2}) == answers[:1]
    folder.write("rows.csv", "high,id,wide\n2,x,1\n4,y,3\n")
    assert answers == asked("runs/net", "rows.csv")
    with pytest.raises(NeuroScriptError, match=r"NT702.*this row has no `high`"):
        run.predict([{"wide": 1}])


def test_paths_of_images_are_images(folder):
    for index, kind in enumerate(("cat", "dog", "cat", "dog")):
        file = folder.path / "pets" / kind / f"{index}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 2), index * 60).save(file)
    config = folder.neuron(
        "in: [batch, 1, 2, 2]\nout: [batch, 2]",
        "in -> Flatten() -> Linear(4, 2) -> out",
        "{train: pets}",
        training="{steps: 1}",
    )
    fit(config)
    run = load_run("runs/net/1")
    Image.new("RGB", (8, 4), (60, 60, 60)).save(folder.path / "pets/new.png")
    folder.write("pets/list.jsonl", '{"image": "new.png", "label": "dog"}\n[[[0, 1], [1, 0]]]\n')
    answers = run.predict(["pets/new.png", {"input": "pets/cat/2.png"}])
    assert {one["prediction"] for one in answers} <= {"cat", "dog"}
    assert answers[0] == run.predict([[[[60 / 255] * 2] * 2]])[0]
    assert answers == asked("runs/net", "pets/new.png", '{"image": "pets/cat/2.png"}')
    assert answers[0] == asked("runs/net", "pets/list.jsonl")[0]
    with pytest.raises(NeuroScriptError, match="there is no such file") as caught:
        run.predict(["pets/none.png", "pets/new.png", [1]])
    assert [one.code for one in caught.value.diagnostics][1:] == ["NT703"]
    (refused,) = Predictor(run).answer(rows_of(["pets/new.png"]))
    assert refused.problems[0].code == "NT703"
