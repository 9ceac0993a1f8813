"""Generated Python, each `.ns` beside what it becomes.

`UPDATE_GOLDENS=1 pytest tests/codegen/test_golden_code.py` writes the modules anew.
"""

import os
from pathlib import Path

import black
import pytest

from neuroscript.codegen import emit
from neuroscript.language import check_path

CASES = sorted((Path(__file__).parents[1] / "goldens" / "code").glob("*.ns"))


def generated(case: Path, target: str = "torch") -> str:
    return emit(check_path(case, name=case.name), target=target).text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_golden(case: Path) -> None:
    actual = generated(case)
    golden = case.with_suffix(".py")
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(actual, encoding="utf-8")
    assert actual == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_black_would_change_nothing(case: Path) -> None:
    text = generated(case, "lightning")
    assert black.format_str(text, mode=black.Mode()) == text


def test_every_golden_has_a_source() -> None:
    sources = {case.stem for case in CASES}
    assert {path.stem for path in CASES[0].parent.glob("*.py")} == sources
