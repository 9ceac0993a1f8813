"""What the generated corpus once found: programs that were refused or accepted wrongly."""

import pytest

from neuroscript.diagnostics import Severity, render
from neuroscript.language import check_text


def said(text: str, params: dict[str, object] | None = None) -> list[str]:
    checked = check_text(text, params=params)
    assert not checked.has_errors, render(checked.diagnostics)
    return [d.code for d in checked.diagnostics if d.severity is Severity.WARNING]


def codes(text: str) -> list[str]:
    return [d.code for d in check_text(text).diagnostics if d.severity is Severity.ERROR]


HEADS = """\
neuron Heads(d, h=2):
    in: [b, s, d]
    out: [b, s, d]
    graph:
        in -> Linear(d, d) => [b, h, s, e=d/h] -> q
        (q, q) -> MatMul() => [b, s, d] -> out

neuron Main(dim=24, heads=2):
    in: [batch, seq, dim]
    out: [batch, seq, dim]
    graph: in -> Heads(dim, heads) -> out
"""


def test_a_parameter_that_no_port_names_has_its_number_behind_a_rearrangement() -> None:
    """A forgotten transpose: keys as queries fit only a sequence as long as a head is wide."""
    assert said(HEADS) == ["NS910", "NS910"]
    assert str(check_text(HEADS).signature().inputs[0]) == "[batch, 12, 24]"


ADAPT = """\
neuron Adapt(p: Neuron, d):
    in: [*lead, d]
    out: [*lead, d]
    graph:
        in -> match(p):
            in [*lead, d] -> out [*lead, d]: p
            in [*lead, d] -> out [*lead, m]: p -> Linear(m, d)
        -> out

neuron Main(dim=24):
    in: [batch, seq, dim]
    out: [seq, dim]
    graph:
        in -> Adapt(Linear(dim, 14), dim) => @reduce(mean) [seq, dim] -> Linear(dim, dim) -> out
"""


def test_an_arm_that_fits_for_some_parameters_only_is_not_taken_for_all() -> None:
    assert said(ADAPT) == []
    assert str(check_text(ADAPT, params={"dim": 14}).signature().outputs[0]) == "[seq, 14]"


def test_a_size_that_an_arm_tests_is_known_behind_the_match() -> None:
    text = """\
neuron Main:
    in: [batch, seq, 8]
    out: [seq, batch, 8]
    graph:
        in -> match:
            [b, 4, d]: LayerNorm(8)
            [b, s, d]: Identity()
        => [seq, batch, others] -> out
"""
    assert said(text) == []
    assert str(check_text(text).signature().outputs[0]) == "[seq, batch, 8]"
