"""A package with a component of each kind is installed, listed, and trained with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parent / "plugin_package"
NEURON = """\
neuron Inside:
    in: [batch, 2]
    out: [batch, 1]
    graph: in -> Linear(2, 4) -> Tanh() -> Linear(4, 1) -> out
"""
CONFIG = """\
model: {file: inside.ns}
data: {format: circles, count: 64, radius: 0.5, batch_size: 16}
training:
  epochs: 2
  lr: 0.01
  loss: {name: log_cosh, scale: 2.0}
  optimizer: {name: signs, damping: 0.5}
  checkpoint: weights_only
  logger: {name: lines, digits: 2}
  log_every: 4
run: {name: inside}
"""
COMMANDS = """\
import sys
from neuroscript.cli import run

codes = [
    run(["contracts", "--format", "json"]),
    run(["check", "inside.yml"]),
    run(["fit", "inside.yml"]),
    run(["fit", "inside.yml", "data.radus=1", "training.optimizer.dampng=1"]),
]
print("codes", codes, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a process in which the package is installed prints."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(PACKAGE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--no-build-isolation", "--no-index", "--target", "site", "./source"],
        cwd=folder, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    (folder / "inside.ns").write_text(NEURON)
    (folder / "inside.yml").write_text(CONFIG)
    path = os.pathsep.join([str(folder / "site"), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(
        [sys.executable, "-c", COMMANDS],
        cwd=folder, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    ran.folder = folder  # type: ignore[attr-defined]
    return ran


def test_it_is_listed_with_its_version_and_its_options(done: Any) -> None:
    entries = json.loads(done.stdout)
    ours = {(e["kind"], e["name"]): e for e in entries if e["origin"] != "built in"}
    assert {e["origin"] for e in ours.values()} == {"neuroscript-circles 0.3"}
    assert list(ours) == [
        ("dataloader", "circles"),
        ("loss", "log_cosh"),
        ("optimizer", "signs"),
        ("checkpoint", "weights_only"),
        ("logger", "lines"),
    ]
    circles = ours["dataloader", "circles"]
    assert circles["doc"] == "Points of the plane, and whether they lie in a circle."
    assert circles["options"] == [
        {"name": "count", "type": "a whole number", "default": None, "required": True},
        {"name": "radius", "type": "a number", "default": 0.8, "required": False},
    ]
    assert [option["name"] for option in ours["optimizer", "signs"]["options"]] == ["damping"]


def test_a_config_trains_with_all_five(done: Any) -> None:
    assert "codes [0, 0, 0, 2]" in done.stderr
    assert "loss       log_cosh scale 2.0" in done.stderr
    run = done.folder / "runs/inside/1"
    lines = (run / "lines.txt").read_text().splitlines()
    assert [line.split()[:2] for line in lines] == [["4", "train"], ["8", "train"]]
    assert (run / "checkpoints/last.weights").is_file()


def test_its_options_are_checked_as_those_of_built_in_components(done: Any) -> None:
    assert "data loader `circles` has no option `radus`" in done.stderr
    assert "did you mean `radius`?" in done.stderr
