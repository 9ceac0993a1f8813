"""Which names count as slips for which."""

import pytest

from neuroscript.diagnostics import nearest


@pytest.mark.parametrize(
    ("name", "candidates", "near"),
    [
        ("fti", ["fit", "check"], ["fit"]),
        ("eRLU", ["ReLU", "GELU"], ["ReLU"]),
        ("qk", ["kq"], []),
        ("abc", ["cba"], []),
        ("tif", ["fit"], []),
        ("Liner", ["Linear", "Bilinear"], ["Linear"]),
        ("linear", ["Linear"], ["Linear"]),
        ("x", ["y"], []),
    ],
)
def test_nearest(name: str, candidates: list[str], near: list[str]) -> None:
    assert nearest(name, candidates) == near
