"""The commands `predict` and `test`: what they read, print, write and refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from neuroscript.cli import predict, test
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, load_run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with two runs: of classes with names, and of a text."""
    from tests.training.conftest import Folder

    folder = Folder(tmp_path_factory.mktemp("trained"))
    rows = [([float(i % 5), float(i % 3)], "even" if i % 2 else "odd") for i in range(40)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.path)
        folder.rows("all.jsonl", rows)
        folder.rows("test.jsonl", rows[:7])
        config = folder.neuron(
            "in: [batch, 2]\nout: [batch, 2]",
            "in -> Linear(2, 8) -> ReLU() -> Linear(8, 2) -> out",
            "{train: all.jsonl, val: 0.25, test: test.jsonl}",
            training="{epochs: 3, lr: 0.05}",
        )
        fit(config)
        folder.write("words.txt", "the cat sat on the mat. " * 20)
        config = folder.neuron(
            "in: [batch, seq] int\nout: [batch, seq, 256]",
            "in -> Embedding(256, 8) -> Linear(8, 256) -> out",
            "{train: words.txt, context: 16}",
            training="{steps: 1}",
            run="{name: text}",
        )
        fit(config)
    return folder


@pytest.fixture
def ask(trained, monkeypatch):
    monkeypatch.chdir(trained.path)

    def run(*arguments, stdin=None, command=predict.command):
        result = CliRunner().invoke(command, arguments, input=stdin, catch_exceptions=False)
        return result.exit_code, result.stdout, result.stderr

    return run


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_rows_of_files_words_and_standard_input_are_numbered_through(trained, ask):
    trained.write("more.jsonl", "[1, 2]\n\n" + '{"input": [0.5, 1], "target": "odd"}\n')
    words = ["runs/net", "more.jsonl", "[3, 0]", "-", "[[1, 1], [0, 0]]"]
    code, out, err = ask(*words, stdin='{"in": [2, 2]}\n[4, 1]')
    assert (code, err) == (0, "")
    answers = lines(out)
    assert [answer["index"] for answer in answers] == list(range(7))
    assert set(answers[0]) == {"index", "prediction", "probabilities"}
    assert {answer["prediction"] for answer in answers} <= {"even", "odd"}
    assert sum(answers[0]["probabilities"]) == pytest.approx(1)


def test_a_file_of_answers_is_there_whole_or_not_at_all(trained, ask):
    trained.write("rows.jsonl", "[1, 2]\n" * 100 + "[1, 2, 3]\n")
    with pytest.raises(NeuroScriptError) as caught:
        ask("runs/net/latest", "rows.jsonl", "-o", "out.jsonl")
    (found,) = caught.value.diagnostics
    assert (found.code, found.file, found.line) == ("NT703", "rows.jsonl", 101)
    assert not list(trained.path.glob("*out.jsonl*"))
    code, out, err = ask("runs/net/latest", "rows.jsonl", "-o", "out.jsonl", "--on-error", "skip")
    assert (code, out) == (0, "")
    assert len(lines((trained.path / "out.jsonl").read_text())) == 100
    assert "rows.jsonl:101" in err
    assert "skipped 1 of 101 rows\nwrote out.jsonl   100 answers" in err


def test_what_cannot_be_asked_or_written_is_told(trained, ask):
    trained.write("damaged.jsonl", '[1, 2]\n{"input": [1,\n')
    for words, code, place in (
        (["nothing.jsonl"], "NT701", ("<input>", 1)),
        (["{1}"], "NT701", ("<input>", 1)),
        (["damaged.jsonl"], "ND103", ("damaged.jsonl", 2)),
        (["[1]"], "NT703", ("<input>", 1)),
        (["[1, 2]", "-o", "nowhere/out.jsonl"], "NT707", ("nowhere/out.jsonl", 1)),
    ):
        with pytest.raises(NeuroScriptError) as caught:
            ask("runs/net", *words)
        found = caught.value.diagnostics[0]
        assert (found.code, (found.file, found.line)) == (code, place)
    with pytest.raises(NeuroScriptError, match="NT401"):
        ask("runs/none", "[1, 2]")
    with pytest.raises(NeuroScriptError, match="NT703"):
        ask("runs/net", "[1]", "--on-error", "skip")
    assert ask("runs/net", "rows", "-o", "rows")[0] == 2
    assert "there is no device" not in ask("runs/net", "[1, 2]", "--device", "cpu")[2]
    assert ask("runs/net", "[1, 2]", "--device", "none")[0] == 2


def test_rows_come_by_the_loader_of_any_other_format(trained, ask):
    trained.write("table.csv", "a,b,target\n1,2,odd\n0.5,1,even\n")
    code, out, _ = ask("runs/net", "table.csv")
    assert code == 0
    code, again, _ = ask("runs/net", "[1, 2]", "[0.5, 1]")
    answers, others = ([json.loads(line) for line in text.splitlines()] for text in (out, again))
    assert [a.pop("probabilities") for a in answers] == [
        pytest.approx(other.pop("probabilities"), abs=1e-6) for other in others
    ]
    assert answers == others


def test_text_is_answered_with_text(trained, ask):
    trained.write("asked.txt", "the cat\n\non\n")
    code, out, _ = ask("runs/text", "asked.txt", "42", "a mat", '"the"')
    assert code == 0
    answers = lines(out)
    assert [len(answer["prediction"]) for answer in answers] == [7, 2, 2, 5, 3]
    assert all(isinstance(answer["text"], str) for answer in answers)
    with pytest.raises(NeuroScriptError, match="NT701"):
        ask("runs/text", "askd.txt")


def test_a_reader_that_goes_ends_it_quietly(trained):
    trained.write("many.jsonl", "[1, 2]\n" * 20_000)
    code = "import sys; from neuroscript.cli import main; main(sys.argv[1:])"
    command = f'{sys.executable} -c "{code}" predict runs/net many.jsonl | head -n 1'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=trained.path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert lines(done.stdout)[0]["index"] == 0


def test_a_run_is_tested_by_its_folder_its_config_or_on_other_data(trained, ask):
    code, out, _ = ask("runs/net", "--json", command=test.command)
    assert code == 0
    told = json.loads(out)
    assert set(told) == {"metrics", "run_dir", "checkpoint"}
    assert set(told["metrics"]) == {"test_loss", "test_accuracy", "test_f1"}
    assert Path(told["checkpoint"]).name.startswith("best-")
    trained.write("classes.yml", (trained.path / "runs/net/latest/config.yml").read_text())
    assert json.loads(ask("classes.yml", "--json", command=test.command)[1]) == told
    trained.rows("one.jsonl", [([0.0, 0.0], "odd")])
    code, table, err = ask("runs/net", "--data", "one.jsonl", command=test.command)
    names = [line.split()[0] for line in table.splitlines()]
    assert names[:2] == ["loss", "accuracy"]
    assert "checkpoints/best-" in err


def test_test_data_that_do_not_suit_are_told(trained, ask):
    with pytest.raises(NeuroScriptError, match="NT402"):
        ask("runs/text", command=test.command)
    trained.rows("other.jsonl", [([0.0, 0.0], "neither")])
    with pytest.raises(NeuroScriptError, match="ND111"):
        ask("runs/net", "--data", "other.jsonl", command=test.command)
    trained.rows("wide.jsonl", [([0.0, 0.0, 1.0], "odd")])
    with pytest.raises(NeuroScriptError, match="NT101"):
        ask("runs/net", "--data", "wide.jsonl", command=test.command)


def test_other_texts_are_read_by_the_tokens_of_the_training_data(folder):
    rows = [("abc", "first"), ("xyz", "last"), ("bca", "first"), ("zyx", "last")]
    folder.rows("train.jsonl", rows)
    folder.rows("test.jsonl", [("zzz", "last"), ("yxz", "last"), ("cab", "first")])
    config = folder.neuron(
        "in: [batch, seq] int\nout: [batch, 2]",
        "in -> Embedding(16, 8) -> Mean(dim=1) -> Linear(8, 2) -> out",
        "{train: train.jsonl, test: test.jsonl, tokenizer: characters}",
        training="{epochs: 60, lr: 0.05}",
    )
    runner = fit(config)
    assert runner.metrics["test_accuracy"] == 1
    loaded = load_run(runner.run_dir)
    found = loaded.test()
    assert found["test_loss"] == pytest.approx(runner.metrics["test_loss"], rel=1e-4)
    answers = loaded.predict(["zzz", "cb", {"input": "a"}])
    assert [answer["prediction"] for answer in answers] == ["last", "first", "first"]


def test_without_an_input_the_files_of_the_config_are_answered(trained, ask):
    with pytest.raises(NeuroScriptError, match=r"NT708.*data\.predict") as caught:
        ask("runs/net")
    (found,) = caught.value.diagnostics
    assert (Path(found.file).name, found.line) == ("config.yml", 4)
    trained.write("first.jsonl", "[1, 2]\n[3, 0]\n")
    trained.write("second.csv", "a,b,target\n0.5,1,even\n")
    config = "data: {predict: [first.jsonl, second.csv]}\nrun: {name: net}\n"
    trained.write("asked.yml", config)
    code, out, err = ask("asked.yml")
    assert (code, err, [one["index"] for one in lines(out)]) == (0, "", [0, 1, 2])
    assert lines(out) == lines(ask("runs/net", "first.jsonl", "second.csv")[1])
    assert ask("asked.yml", "[1, 2]")[1] == ask("runs/net", "[1, 2]")[1]
    trained.write("asked.yml", config.replace("first.jsonl", "none.jsonl"))
    with pytest.raises(NeuroScriptError, match="NC107") as caught:
        ask("asked.yml")
    assert caught.value.diagnostics[0].file.endswith("asked.yml")


def test_a_run_keeps_where_its_questions_are(folder, ask, monkeypatch):
    folder.write("kept.jsonl", "[1, 2]\n[3, 0]\n")
    folder.rows("all.jsonl", [([float(i), 1.0], [float(i)]) for i in range(4)])
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]",
        "in -> Linear(2, 1) -> out",
        "{train: all.jsonl, predict: kept.jsonl}",
        training="{steps: 1}",
    )
    monkeypatch.chdir(folder.path)
    fit(config)
    elsewhere = folder.path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    code, out, err = ask("../runs/net", "-o", "out.jsonl")
    assert (code, out, err) == (0, "", "wrote out.jsonl   2 answers\n")
    assert len(lines(Path("out.jsonl").read_text())) == 2
    code, _, err = ask("../runs/net", "-o", "../kept.jsonl")
    assert (code, "read and cannot be written" in err) == (2, True)
