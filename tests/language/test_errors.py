"""What the compiler says about wrong programs: each `.ns` beside the text it gets.

`UPDATE_GOLDENS=1 pytest tests/language/test_errors.py` writes the texts anew.
"""

import os
from pathlib import Path

import pytest

from neuroscript.diagnostics import render
from neuroscript.language import check_path

CASES = sorted((Path(__file__).parents[1] / "goldens" / "errors").glob("*.ns"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_golden(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case.parent)  # what messages call imported files counts from here
    actual = render(check_path(case, name=case.name).diagnostics) + "\n"
    golden = case.with_suffix(".err")
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(actual, encoding="utf-8")
    assert actual.strip(), "every case shows something"
    assert actual == golden.read_text(encoding="utf-8")
