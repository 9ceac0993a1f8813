"""`check --fix`: edits that are right for certain."""

import json
from pathlib import Path

import pytest

from neuroscript.cli import run

WRONG = """\
nueron Net(rate=.5):
    in: [batch, 2]
    out: [batch, 1]
    grph:
        in → Linear(2, 4) Relu() -> ReLU -> Dropout(rate)
            -> Linear(4, 1)

neuron Other
    in: [batch, 2]
    out: [batch, 2]
    graph: in -> Tanh() -> out
"""
RIGHT = """\
neuron Net(rate=0.5):
    in: [batch, 2]
    out: [batch, 1]
    graph:
        in -> Linear(2, 4) -> ReLU() -> ReLU() -> Dropout(rate)
            -> Linear(4, 1) -> out

neuron Other:
    in: [batch, 2]
    out: [batch, 2]
    graph: in -> Tanh() -> out
"""


def test_what_is_certain_is_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.ns"
    path.write_text(WRONG, encoding="utf-8")
    assert run(["check", "--fix", str(path)]) == 0  # though a mistake can hide another
    assert path.read_text(encoding="utf-8") == RIGHT
    assert f"mended 9 in {path}" in capsys.readouterr().err


def test_what_is_not_certain_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "net.ns"
    text = RIGHT.replace("Linear(4, 1)", "Linear(5, 1)").replace("Tanh", "Tnah")
    path.write_text(text)
    assert run(["check", "--fix", str(path)]) == 1
    assert path.read_text() == text
    assert [p.name for p in tmp_path.iterdir()] == ["net.ns"]


def test_without_the_option_nothing_is_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.ns"
    path.write_text(RIGHT.replace("-> ReLU() -> ReLU()", "-> Relu()"))
    assert run(["check", str(path), "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["fix"]["text"], found["fix"]["line"], found["fix"]["column"]) == ("ReLU", 5, 31)
    assert "Relu" in path.read_text()
