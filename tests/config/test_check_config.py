"""What is told of a config without training it: everything that it names is looked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from neuroscript.config import check_config, load_config
from neuroscript.diagnostics import NeuroScriptError

NEURON = """\
neuron Net(width, parts=2):
    in: [batch, width]
    out: [batch, width / parts]
    graph: in -> Linear(width, width / parts) -> out
"""
SLIPS = """\
model: {file: net.ns, neuron: Nett}
data: {train: none.jsonl}
training:
  optimizer: ./mine.py:opt
  loss: {a: mse, b: {name: hubr}}
  logger: [console, {name: csvv}]
  checkpoint: {name: torhc}
"""


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "net.ns").write_text(NEURON)
    (tmp_path / "data.jsonl").write_text('{"input": [1.0, 2.0], "target": [1.0]}\n')

    def write(text: str) -> Path:
        (tmp_path / "net.yml").write_text(text)
        return tmp_path / "net.yml"

    return write


def test_everything_that_is_not_there_is_told_at_its_place_and_at_once(write) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NeuroScriptError) as raised:
        check_config(load_config(write(SLIPS)))
    assert raised.value.exit_code == 2
    told = [(d.code, d.line, d.span.text) for d in raised.value.diagnostics]
    assert told == [
        ("NC111", 1, "Nett"),
        ("NC107", 2, "none.jsonl"),
        ("NR106", 4, "./mine.py:opt"),
        ("NR101", 5, "hubr"),
        ("NR101", 6, "csvv"),
        ("NR101", 7, "torhc"),
    ]


@pytest.mark.parametrize(
    ("params", "code", "place", "text"),
    [
        ("{widht: 4}", "NC112", "widht", "did you mean `width`?"),
        ("{}", "NC113", "params", "`width` has no default here"),
        ("{width: 4, parts: 3}", "NC114", "3", "`Net` cannot have these parameters"),
        ("{width: wide}", "NC114", "wide", "net.ns"),
    ],
)
def test_parameters_that_the_neuron_cannot_have(  # type: ignore[no-untyped-def]
    write, params: str, code: str, place: str, text: str
) -> None:
    path = write(f"model: {{file: net.ns, params: {params}}}\ndata: {{train: data.jsonl}}\n")
    with pytest.raises(NeuroScriptError) as raised:
        check_config(load_config(path))
    first = raised.value.diagnostics[0]
    assert (first.code, first.span.text) == (code, place)
    assert raised.value.exit_code == 2
    assert text in str(raised.value)


def test_what_a_plugin_may_bring_passes(write) -> None:  # type: ignore[no-untyped-def]
    path = write("data: {format: mine}\ntraining: {loss: mine}\nplugins: [mine]\n")
    assert check_config(load_config(path)) == []


def test_mistakes_of_the_ns_file_are_its_own(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = write("model: {file: net.ns, params: {width: 4}}\ndata: {train: data.jsonl}\n")
    (tmp_path / "net.ns").write_text(NEURON.replace("Linear", "Liner"))
    with pytest.raises(NeuroScriptError) as raised:
        check_config(load_config(path))
    assert raised.value.exit_code == 1
    assert raised.value.diagnostics[0].line == 4


def test_the_command_imports_no_torch(write) -> None:  # type: ignore[no-untyped-def]
    path = write(
        "model: {file: net.ns, params: {width: 4}}\ndata: {train: data.jsonl}\n"
        "training: {loss: mse, optimizer: adamw, logger: csv}\n"
    )
    script = (
        "import sys\n"
        "from neuroscript.cli import run\n"
        f"assert run(['check', {str(path)!r}]) == 0\n"
        f"assert run(['check', {str(path)!r}, '--params', 'width=3']) == 2\n"
        "heavy = {'torch', 'lightning', 'pytorch_lightning', 'torchmetrics', 'numpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "<command line>" in done.stderr
