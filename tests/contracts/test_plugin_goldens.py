"""Every config in tests/goldens/plugins is told about as the `.err` file beside it says.

`UPDATE_GOLDENS=1` writes the `.err` files anew.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from neuroscript.config import load_config
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training.prepare import prepare

GOLDENS = Path(__file__).parents[1] / "goldens" / "plugins"
CASES = sorted(path.stem for path in GOLDENS.glob("*.yml"))


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder of the cases, with its packages installed; both are forgotten afterwards."""
    monkeypatch.chdir(GOLDENS)
    monkeypatch.syspath_prepend(GOLDENS / "installed")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(GOLDENS)):
            del sys.modules[name]


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    with pytest.raises(NeuroScriptError) as raised:
        prepare(load_config(f"{case}.yml"))
    told = f"{raised.value}\n".replace(f"{GOLDENS}/", "")
    golden = Path(f"{case}.err")
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
    assert raised.value.exit_code in (1, 2)
