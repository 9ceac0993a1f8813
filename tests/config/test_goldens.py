"""Every config in tests/goldens/config is told about as the `.err` file beside it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuroscript.config import ConfigError, load_config

GOLDENS = Path(__file__).parents[1] / "goldens" / "config"
OVERRIDES = "# overrides: "
CASES = sorted(path.stem for path in GOLDENS.glob("*.yml"))


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDENS)
    file = f"{case}.yml"
    first_line = Path(file).read_text(encoding="utf-8").partition("\n")[0]
    overrides = first_line.removeprefix(OVERRIDES).split() if OVERRIDES in first_line else []
    with pytest.raises(ConfigError) as raised:
        load_config(file, overrides)
    assert f"{raised.value}\n" == Path(f"{case}.err").read_text(encoding="utf-8")
    assert raised.value.exit_code == 2
