"""Every data file in tests/goldens/data is told about as the `.err` file beside it says.

A `.yml` file beside it holds further keys of the `data` section. `UPDATE_GOLDENS=1` writes the
`.err` files anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from neuroscript.contracts import create_dataloader
from neuroscript.diagnostics import NeuroScriptError

GOLDENS = Path(__file__).parents[1] / "goldens" / "data"
CASES = sorted(path.name for path in GOLDENS.iterdir() if path.suffix not in (".err", ".yml"))


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDENS)
    options = Path(case).with_suffix(".yml")
    config = yaml.safe_load(options.read_text(encoding="utf-8")) if options.exists() else {}
    with pytest.raises(NeuroScriptError) as raised:
        create_dataloader({"path": case, **config})
    wanted = Path(case).with_suffix(".err")
    if os.environ.get("UPDATE_GOLDENS"):
        wanted.write_text(f"{raised.value}\n", encoding="utf-8")
    assert f"{raised.value}\n" == wanted.read_text(encoding="utf-8")
