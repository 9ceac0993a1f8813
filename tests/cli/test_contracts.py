"""`neuroscript contracts`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from neuroscript.cli import group

PLUGIN = """\
from neuroscript.contracts import register_loss


@register_loss("focal")
def focal(predictions, targets, gamma: float = 2.0):
    \"\"\"Counts samples less the better they are told.\"\"\"
"""


def run(*arguments: str) -> str:
    done = CliRunner().invoke(group, ["contracts", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_everything_is_listed_by_kind() -> None:
    told = run().splitlines()
    headings = [line for line in told if line and not line.startswith(" ")]
    assert headings == ["dataloader", "loss", "optimizer", "checkpoint", "logger"]
    assert "  adam   built in, the default" in told
    assert "    betas: a list of 2 values, [0.9, 0.999]" in told
    assert all(len(line) <= 100 for line in told)


def test_one_kind_with_a_file_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(PLUGIN)
    told = run("loss", "--plugin", "mine.py")
    assert (
        f"""\
  focal   {tmp_path}/mine.py
    Counts samples less the better they are told.
    gamma: a number, 2.0
"""
        in told
    )
    assert "optimizer" not in told.splitlines()


def test_for_programs() -> None:
    data = json.loads(run("logger", "--format", "json"))
    (csv,) = [entry for entry in data if entry["name"] == "csv"]
    assert csv == {
        "kind": "logger",
        "name": "csv",
        "origin": "built in",
        "doc": csv["doc"],
        "options": [{"name": "dir", "type": "text or null", "default": None, "required": False}],
        "default": False,
        "problem": None,
    }
    assert csv["doc"].startswith("`metrics.csv` with the columns epoch, step")


def test_help_has_an_example() -> None:
    assert "Example: neuroscript contracts loss --plugin my_losses.py" in run("--help")


def test_a_plugin_that_fails_is_told(tmp_path: Path) -> None:
    from neuroscript.contracts import ContractError

    (tmp_path / "broken.py").write_text("1 / 0\n")
    done = CliRunner().invoke(group, ["contracts", "--plugin", str(tmp_path / "broken.py")])
    assert isinstance(done.exception, ContractError)
    assert "ZeroDivisionError" in str(done.exception)
