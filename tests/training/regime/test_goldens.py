"""Every config in tests/goldens/training is refused as the `.err` file beside it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from neuroscript.config import load_config
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training.prepare import prepare

GOLDENS = Path(__file__).parents[2] / "goldens" / "training"
CASES = sorted(path.stem for path in GOLDENS.glob("*.yml"))


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDENS)
    with pytest.raises(NeuroScriptError) as raised:
        prepare(load_config(f"{case}.yml"))
    golden = Path(f"{case}.err")
    if os.environ.get("UPDATE_GOLDENS") == "1":
        golden.write_text(f"{raised.value}\n", encoding="utf-8")
    assert f"{raised.value}\n" == golden.read_text(encoding="utf-8")
