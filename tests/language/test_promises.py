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


@pytest.mark.parametrize(
    ("heads", "problem"),
    [("heads - 2", "16 is divided by zero"), ("5", "16 cannot be divided by 5 without remainder")],
)
def test_a_split_that_does_not_divide_is_told_in_the_numbers_of_the_call(
    heads: str, problem: str
) -> None:
    text = HEADS.replace("dim=24", "dim=16").replace("Heads(dim, heads)", f"Heads(dim, {heads})")
    errors = [d for d in check_text(text).diagnostics if d.severity is Severity.ERROR]
    assert [d.code for d in errors] == ["NS509"]
    assert problem in errors[0].message


def test_an_assumed_size_that_does_not_divide_is_told() -> None:
    text = """\
neuron A(d):
    in: [batch, d, 3]
    out: [batch, 2, part, d]
    graph: in -> Linear(d, d) => [batch, d, 2, part=d/2] => [batch, 2, part, d] -> out
"""
    assert codes(text) == ["NS509"]


TOWER = """\
neuron Tower(d, n):
    in: [*, d]
    out: [*, d]
    context:
        @lazy rest = Tower(d, n - 1)
    graph:
        in -> if n > 0: Linear(d, d) -> rest
        -> out

neuron Main:
    in: [batch, seq, 8]
    out: [seq, batch, 8]
    graph: in -> Tower(8, 3) => [seq, batch, others] -> out
"""


def test_a_recursion_keeps_the_run_that_it_declares() -> None:
    assert said(TOWER) == []
    assert str(check_text(TOWER).signature().outputs[0]) == "[seq, batch, 8]"


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


@pytest.mark.parametrize(
    ("ports", "step", "code"),
    [
        ("[b, c, 8, 8]", "MaxPool2d(2, padding=2)", "NS314"),
        ("[b, c, 8, 8]", "AvgPool2d(3, padding=2)", "NS314"),
        ("[b, 4, 8]", 'Conv1d(4, 4, 3, padding="same", stride=2)', "NS314"),
        ("[b, 4, 8]", "Conv1d(4, 4, 3, stride=0)", "NS314"),
        ("[b, 4, 8, 8]", "AdaptiveAvgPool(0)", "NS314"),
        ("[b, s, 8]", "Softmax(dim=3)", "NS314"),
        ("[b, 8]", "LogSoftmax(dim=-3)", "NS314"),
        ("[b, 8]", "Reshape([-1, 0])", "NS314"),
        ("[b, 6]", "GroupNorm(4, 6)", "NS509"),
        ("[b, 8] int", "GELU()", "NS304"),
        ("[b, 8] int", "Sigmoid()", "NS304"),
    ],
)
def test_what_torch_refuses_is_refused(ports: str, step: str, code: str) -> None:
    text = f"neuron A:\n    in: {ports}\n    out: [*]\n    graph: in -> {step} -> out\n"
    assert codes(text) == [code]


@pytest.mark.parametrize(
    ("left", "right", "sizes"),
    [
        ("[*r, d]", "[b, s, d]", "*r meets b"),
        ("[*r, d]", "[*q, d]", "*r meets *q"),
        ("[*r, d]", "[*r]", "*r meets *r"),
    ],
)
def test_a_run_is_added_to_itself_or_to_nothing(left: str, right: str, sizes: str) -> None:
    text = (
        f"neuron A:\n    in x: {left}\n    in y: {right}\n    out: [*]\n"
        "    graph: (x, y) -> Add() -> out\n"
    )
    (error,) = [d for d in check_text(text).diagnostics if d.severity is Severity.ERROR]
    assert error.code == "NS307"
    assert sizes in error.message


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("Concat()", "[*r, c, a + b]"),
        ("Concat(-3)", None),
        ("Concat(-2)", None),
    ],
)
def test_tensors_are_alike_in_all_axes_but_one(call: str, expected: str | None) -> None:
    text = (
        "neuron A(a, b, c):\n    in x: [*r, c, a]\n    in y: [*r, c, b]\n    out: [*]\n"
        f"    graph: (x, y) -> {call} -> out\n"
    ).replace("c, b]", "c, a + 1]" if expected is None else "c, b]")
    if expected is None:
        assert codes(text) == ["NS307"]
    else:
        assert str(check_text(text).signature().outputs[0]) == expected


def test_a_run_takes_what_is_behind_it_and_ones() -> None:
    for right in ("[d]", "[*r, d]", "[1]", "[1, 1, d]"):
        text = (
            f"neuron A:\n    in x: [*r, d]\n    in y: {right}\n    out: [*]\n"
            "    graph: (x, y) -> Add() -> out\n"
        )
        assert codes(text) == []


def test_a_numbered_name_is_no_slip_for_another_number() -> None:
    text = """\
neuron A:
    in: [b, 4]
    out: [b, 4]
    graph:
        in -> Fork() -> (v1, v2)
        v2 -> Tanh() -> v10
        v10 -> ReLU() -> out
"""
    assert said(text) == ["NS901"]


def test_an_output_that_an_assumption_makes_inexact_is_told() -> None:
    text = """\
neuron A(d):
    in: [batch, d]
    out half: [batch, d / 2]
    out rest: [batch, 4]
    graph:
        in -> Linear(d, d / 2) -> half
        in -> Linear(1, 4) -> rest
"""
    assert codes(text) == ["NS509"]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("[b, n, 3]", "[b, 3, m]", "[b, n, m]"),
        ("[n, 3]", "[b, 3, m]", "[b, n, m]"),
        ("[b, 1, n, 3]", "[h, 3, m]", "[b, h, n, m]"),
        ("[*r, n, 3]", "[3, m]", "[*r, n, m]"),
        ("[*r, n, 3]", "[*r, 3, m]", "[*r, n, m]"),
        ("[b, n, 3]", "[c, 3, m]", "NS307"),
        ("[*r, n, 3]", "[*q, 3, m]", "NS307"),
        ("[b, n, 3]", "[b, 4, m]", "NS301"),
        ("[b, n, 3]", "[3]", "NS302"),
    ],
)
def test_matrices_are_multiplied_for_each_of_a_batch(left: str, right: str, expected: str) -> None:
    text = (
        f"neuron A:\n    in x: {left}\n    in y: {right}\n    out: [*]\n"
        "    graph: (x, y) -> MatMul() -> out\n"
    )
    if expected.startswith("NS"):
        assert codes(text) == [expected]
    else:
        assert codes(text) == []
        shape = check_text(text).signature().outputs[0]
        assert str(shape) == expected
