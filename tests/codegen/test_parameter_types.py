"""Types of parameters follow from their uses, however far they are handed on."""

import pytest

from neuroscript.codegen import emit
from neuroscript.language import check_text

PROGRAM = """
neuron Net(p, count, again=count, anything=none):
    in: [*, d]
    out: [*, d]
    graph: in -> Middle(p, again) -> Middle(0.5, count, anything) -> out

neuron Middle(p, count, anything=none):
    in: [*, d]
    out: [*, d]
    context:
        rounds = unroll(count):
            drop = Dropout(p)
    graph: in -> rounds -> out
"""


@pytest.mark.parametrize(
    "lines",
    [
        "def __init__(self, p: float, count: int, anything: Any | None = None) -> None:",
        "        p: float,\n        count: int,\n        again: int | None = None,",
    ],
)
def test_a_parameter_that_is_handed_on_has_the_type_of_its_use(lines: str) -> None:
    assert lines in emit(check_text(PROGRAM)).text


def test_a_default_that_is_another_parameter_has_its_type() -> None:
    ports = "    in: [*]\n    out: [*]\n"
    program = f"neuron Net(size: int, again=size):\n{ports}    graph: in -> out\n"
    assert "again: int | None = None" in emit(check_text(program)).text


def test_a_neuron_that_contains_itself_is_followed_once() -> None:
    program = """
neuron Net(n, other):
    in: [*]
    out: [*]
    graph:
        in -> if n > 0: Net(n - 1, other)
        -> out
"""
    assert "def __init__(self, n: int, other: Any) -> None:" in emit(check_text(program)).text
