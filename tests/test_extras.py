"""A package that is missing is named with the command that installs it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from neuroscript.extras import ExtraMissingError, needs


def test_what_is_installed_is_given() -> None:
    assert isinstance(needs("json.decoder", extra="none", what="reading JSON"), ModuleType)


def test_what_is_missing_is_told_with_its_command() -> None:
    with pytest.raises(ExtraMissingError) as told:
        needs("nowhere_at_all.inside", extra="parquet", what="reading parquet")
    text = str(told.value)
    assert "reading parquet needs the package `nowhere_at_all`" in text
    assert 'pip install "neuroscript[parquet]"' in text


def test_a_package_that_lacks_another_says_so_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken_package.py").write_text("import nowhere_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        needs("broken_package", extra="parquet", what="reading parquet")
    assert "broken_package" not in sys.modules
