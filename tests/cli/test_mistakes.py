"""Every folder of tests/goldens/mistakes is told about as its `expected.err` says.

Each is what a user might have: a config, a neuron, data. `command` holds the command line where
it is not `fit config.yml --dry-run`; `expected.err` begins with the exit code.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from neuroscript.cli import run

GOLDENS = Path(__file__).parents[1] / "goldens"
MISTAKES = GOLDENS / "mistakes"
CASES = sorted(path.name for path in MISTAKES.iterdir())


@pytest.fixture
def folder():
    """A folder whose name is as long as ever: lines that name it break where they always do."""
    with tempfile.TemporaryDirectory(prefix="mistake-", dir="/tmp") as name:
        yield Path(name)


@pytest.mark.parametrize("case", CASES)
def test_golden(case, folder, monkeypatch, capsys):
    shutil.copytree(MISTAKES / case, folder, dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    command = Path("command")
    line = command.read_text(encoding="utf-8") if command.exists() else "fit config.yml --dry-run"
    status = run(line.split())
    said = capsys.readouterr()
    told = f"exit {status}\n\n{said.out}{said.err}".replace(f"{folder}/", "")
    assert told == Path("expected.err").read_text(encoding="utf-8")


def test_a_mistake_in_a_key_takes_no_more_than_twelve_lines():
    for case in CASES:
        if case.startswith(("typo", "key_", "override")):
            text = (MISTAKES / case / "expected.err").read_text(encoding="utf-8")
            assert len(text.splitlines()) <= 12, case


def test_there_are_as_many_as_there_should_be():
    assert len(CASES) >= 80
    others = ("config", "data", "plugins", "training")
    assert len(CASES) + sum(len(list((GOLDENS / o).glob("*.err"))) for o in others) >= 180
