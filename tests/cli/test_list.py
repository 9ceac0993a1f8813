"""`neuroscript list`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neuroscript.cli import run
from neuroscript.language.names.scope import standard_library

BLOCKS = """
/// Twice as wide, and back.
///
/// More about it.
neuron Wide(dim, by=2):
    in: [*, dim]
    out: [*, dim]
    graph: in -> Linear(dim, by * dim) -> ReLU() -> Linear(by * dim, dim) -> out
"""
NET = """
use local,blocks/Wide

/// All of it.
neuron Net(
    dim,  # features
    names: list = [1, 2],
):
    in left: [batch, dim]
    in ids: [batch] int
    out: [batch, dim]
    graph:
        (left, ids) -> Pair(dim) -> Wide(dim) -> out

neuron Pair(dim):
    in a: [batch, dim]
    in b: [batch] int
    out: [batch, dim]
    graph:
        b -> Embedding(10, dim) -> c
        (a, c) -> Add() -> out
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("blocks.ns").write_text(BLOCKS, encoding="utf-8")
    Path("net.ns").write_text(NET.replace("    names: list = [1, 2],\n", ""), encoding="utf-8")
    return "net.ns"


def test_without_a_file_the_library_is_listed_by_families(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    linear = standard_library().find("Linear")
    assert linear is not None
    start = lines.index("feedforward: Layers that mix features.")
    assert lines[start + 1 :][:2] == [
        "  Linear(in_dim, out_dim, bias=true, std=-1.0): [*, in_dim] -> [*, out_dim]",
        f"    {linear.documentation.brief}",
    ]
    for name in standard_library().names():
        assert any(line.startswith((f"  {name}(", f"  {name}:")) for line in lines), name


def test_neurons_of_a_file_come_before_those_that_it_imports(
    net: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["list", net]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "net.ns",
        "  Net(dim): left [batch, dim], ids [batch] int -> [batch, dim]",
        "    All of it.",
        "  Pair(dim): a [batch, dim], b [batch] int -> [batch, dim]",
        "",
        "imported from blocks.ns",
        "  Wide(dim, by=2): [*, dim] -> [*, dim]",
        "    Twice as wide, and back.",
    ]


def test_an_imported_neuron_is_listed_by_the_name_it_has_here(
    net: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path(net).read_text(encoding="utf-8")
    Path(net).write_text(text.replace("/Wide", "/Wide as Broad").replace("Wide(", "Broad("))
    assert run(["list", net]) == 0
    assert "  Broad(dim, by=2): [*, dim] -> [*, dim]\n" in capsys.readouterr().out


def test_lines_fit_the_terminal(
    net: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert run(["list", net, "--stdlib"]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 60
    assert "\x1b" not in out


def test_names_stand_out_where_colours_are_wanted(
    net: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert run(["list", net]) == 0
    assert "\x1b[36m\x1b[1mPair\x1b[0m(dim): " in capsys.readouterr().out


def test_programs_get_json(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", net, "--stdlib", "--format", "json"]) == 0
    data = {item["name"]: item for item in json.loads(capsys.readouterr().out)}
    assert data["Wide"] == {
        "name": "Wide",
        "signature": "Wide(dim, by=2): [*, dim] -> [*, dim]",
        "doc": "Twice as wide, and back.",
        "library": False,
        "family": None,
        "imported": True,
        "file": "blocks.ns",
        "line": 5,
    }
    assert not data["Net"]["imported"]
    assert (data["Linear"]["library"], data["Linear"]["family"]) == (True, "feedforward")


def test_what_can_be_read_of_a_file_with_mistakes_is_listed(
    net: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path(net).read_text(encoding="utf-8").replace("-> Wide(dim)", "-> Wild(dim)")
    Path(net).write_text(text, encoding="utf-8")
    assert run(["list", net]) == 1
    out, err = capsys.readouterr()
    assert "  Net(dim): " in out
    assert "error[NS201]" in err


def test_a_file_that_is_not_there_is_told(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "nett.ns"]) != 0
    assert "did you mean `net.ns`?" in capsys.readouterr().err


def test_an_empty_file_has_none(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.ns").write_text("", encoding="utf-8")
    assert run(["list", "empty.ns"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "empty.ns: there is no neuron in it\n")
