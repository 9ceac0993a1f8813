"""Every data file in tests/goldens/data is told about as the `.err` file beside it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuroscript.contracts import create_dataloader
from neuroscript.diagnostics import NeuroScriptError

GOLDENS = Path(__file__).parents[1] / "goldens" / "data"
CASES = sorted(path.name for path in GOLDENS.iterdir() if path.suffix != ".err")


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDENS)
    with pytest.raises(NeuroScriptError) as raised:
        create_dataloader({"path": case})
    wanted = Path(case).with_suffix(".err").read_text(encoding="utf-8")
    assert f"{raised.value}\n" == wanted
