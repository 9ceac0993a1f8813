"""`neuroscript show`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from neuroscript.cli import run
from neuroscript.language.names.scope import standard_library

NET = """
use local,blocks/Wide

/// Two ways, added.
///
/// y = x + wide(x).
neuron Net(dim, drop=0.1):
    in: [batch, dim]
    out: [batch, dim]
    graph:
        in -> Wide(dim) -> Dropout(drop) -> y
        (in, y) -> Add() -> out

neuron Small:
    in: [batch, 2]
    out: [batch, 2]
    graph: in -> Net(2) -> out
"""
WIDE = """
neuron Wide(dim):
    in: [*, dim]
    out: [*, dim]
    graph: in -> Linear(dim, 2 * dim) -> Linear(2 * dim, dim) -> out
"""
SHOWN = """\
Net(dim, drop=0.1)
  [batch, dim] -> [batch, dim]

Two ways, added.

y = x + wide(x).

Dataflow
  ○ in  [batch, dim]
  ├─╮
  │ ● Wide(dim)
  │ ● Dropout(drop)
  ├─╯
  ● Add()
  ○ out

Weights
  4*dim*dim + 3*dim

Source: net.ns:7
  neuron Net(dim, drop=0.1):
      in: [batch, dim]
      out: [batch, dim]
      graph:
          in -> Wide(dim) -> Dropout(drop) -> y
          (in, y) -> Add() -> out
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("blocks.ns").write_text(WIDE, encoding="utf-8")
    Path("net.ns").write_text(NET, encoding="utf-8")
    return "net.ns"


def test_all_of_a_neuron_of_a_file(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", net, "-n", "Net"]) == 0
    assert capsys.readouterr().out == SHOWN


def test_a_neuron_of_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "Linear"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Linear(in_dim, out_dim, bias=true, std=-1.0)\n  [*, in_dim] -> ")
    assert "Also called: in_features for in_dim, out_features for out_dim" in out
    assert "\nWeights\n  in_dim*out_dim + out_dim\n" in out
    assert "\nExamples\n  [2, 7, 3] -> Linear(3, 5) -> [2, 7, 5]\n" in out
    assert "\nSource: stdlib/feedforward.ns:" in out
    assert "Dataflow" not in out


@pytest.mark.parametrize("width", ["40", "100"])
def test_every_neuron_of_the_library_can_be_shown(
    width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for name in standard_library().names():
        assert run(["show", name]) == 0, name
        shown, _, source = capsys.readouterr().out.partition("\nSource: ")
        before = shown.partition("\nExamples\n")[0]
        definition = standard_library().find(name)
        assert definition is not None
        assert f"neuron {name}" in source
        if width == "100":
            assert max(map(len, before.splitlines())) <= 100, name
        assert bool(definition.is_graph) == ("\nDataflow\n" in before)


def test_numbers_for_parameters(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", net, "--neuron", "Net", "--params", "dim=10"]) == 0
    out = capsys.readouterr().out
    assert "[batch, 10] -> [batch, 10]" in out
    assert "\nWeights\n  430\n" in out


def test_without_a_name_the_file_decides(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", net]) == 0
    assert capsys.readouterr().out.startswith("Small\n  [batch, 2] -> [batch, 2]\n")


def test_what_a_file_imports(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", net, "-n", "Wide"]) == 0
    assert "Source: blocks.ns:2\n" in capsys.readouterr().out


def test_programs_get_json(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", net, "-n", "Net", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["signature"] == "Net(dim, drop=0.1): [batch, dim] -> [batch, dim]"
    assert data["params"] == [
        {"name": "dim", "kind": "int", "required": True, "default": None},
        {"name": "drop", "kind": "float", "required": False, "default": 0.1},
    ]
    assert data["inputs"] == [{"name": "in", "shape": ["batch", "dim"], "dtype": "float"}]
    assert data["weights"] == {"formula": "4*dim*dim + 3*dim", "count": None, "depends_on": None}
    assert data["dataflow"][0].startswith("○ in")
    assert (data["file"], data["line"]) == ("net.ns", 7)
    assert data["source"].startswith("/// Two ways, added.\n")


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["Linaer"], 2, "the library has no neuron Linaer. Did you mean Linear?"),
        (["Qqqq"], 2, "neuroscript list names all there are"),
        (["Linear", "-n", "Linear"], 2, "--neuron is for files"),
        (["net.ns", "-n", "Nett"], 1, "did you mean `Net`?"),
        (["nett.ns"], 1, "did you mean `net.ns`?"),
        (["net.ns", "-n", "Net", "--params", "dimm=4"], 1, "`dimm`"),
        (["Linear", "--params", "in_dim=3 out_dim=half"], 1, "half"),
        (["Linear", "--params", "in_dim"], 2, "`in_dim` is not `name=value`"),
    ],
)
def test_what_cannot_be_shown_is_told(
    net: str, args: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["show", *args]) == code
    out, err = capsys.readouterr()
    assert (out, told in err) == ("", True), err


def test_a_file_with_mistakes_is_not_shown(net: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(net).write_text(NET.replace("-> Dropout", "-> Dropuot"), encoding="utf-8")
    assert run(["show", net]) == 1
    assert "did you mean `Dropout`?" in capsys.readouterr().err


def test_it_needs_no_torch() -> None:
    code = (
        "import sys; from neuroscript.cli import run; run(['show', 'Linear']); run(['list']); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0
