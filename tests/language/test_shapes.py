"""What shape inference finds, through signatures."""

import pytest

from neuroscript.diagnostics import render
from neuroscript.language import check_text


def signature(text: str, params: dict[str, object] | None = None) -> str:
    checked = check_text(text, params=params)
    assert not checked.has_errors, render(checked.diagnostics)
    return checked.signature().ports


def neuron(ports_in: str, ports_out: str, graph: str, params: str = "") -> str:
    return f"neuron A{params}:\n    in: {ports_in}\n    out: {ports_out}\n    graph: {graph}\n"


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        (neuron("[b, 3]", "[b, n]", "in -> Linear(3, 5) -> out"), "[b, 3] -> [b, 5]"),
        (
            neuron("[b, 1, 28, 28]", "[b, c, h, w]", "in -> Conv2d(1, 8, 3, stride=2) -> out"),
            "[b, 1, 28, 28] -> [b, 8, 13, 13]",
        ),
        (
            neuron("[b, 1, h, w]", "[b, 8, p, q]", "in -> Conv2d(1, 8, 3) -> MaxPool2d(2) -> out"),
            "[b, 1, h, w] -> [b, 8, floor(h/2) - 1, floor(w/2) - 1]",
        ),
        (
            neuron("[b, 4, n]", "[b, *]", "in -> CausalConv1d(4, 6, 3, 2) -> Flatten() -> out"),
            "[b, 4, n] -> [b, 6*floor((n + 1)/2)]",
        ),
        (
            neuron("[b, s, d]", "[b, d, s]", "in -> Transpose(1, 2) -> out"),
            "[b, s, d] -> [b, d, s]",
        ),
        (
            neuron("[b, 6, 4]", "[b, p, q]", "in -> Reshape([-1, 8, 3]) -> out"),
            "[b, 6, 4] -> [b, 8, 3]",
        ),
        (
            neuron("[*, 4]", "[*, 8]", "in -> Fork() -> Concat() -> out"),
            "[*, 4] -> [*, 8]",
        ),
        (
            neuron("[b, s] int", "[b, s, 16]", "in -> Embedding(10, 16) -> out"),
            "[b, s] int -> [b, s, 16]",
        ),
    ],
)  # fmt: skip
def test_inferred_ports(text: str, ports: str) -> None:
    assert signature(text) == ports


def test_parameters_give_numbers() -> None:
    text = neuron("[b, dim]", "[b, 2 * dim]", "in -> Linear(dim, 2 * dim) -> out", "(dim)")
    assert signature(text) == "[b, dim] -> [b, 2*dim]"
    assert signature(text, {"dim": 8}) == "[b, 8] -> [b, 16]"


def test_variables_are_fresh_in_every_call() -> None:
    text = """\
neuron Twice(dim):
    in: [*, dim]
    out: [*, 2 * dim]
    graph: in -> Linear(dim, 2 * dim) -> out

neuron A:
    in: [batch, seq, 3]
    out: [batch, seq, 12]
    graph: in -> Twice(3) -> Twice(6) -> out
"""
    assert signature(text) == "[batch, seq, 3] -> [batch, seq, 12]"


def test_element_types_run_through_wiring() -> None:
    text = neuron("[b, s]", "[b, s, 4]", "in -> Identity() -> Embedding(9, 4) -> out")
    assert check_text(text).signature().inputs[0].dtype == "int"


def test_the_last_library_neuron_is_found_through_composites() -> None:
    text = """\
neuron Head:
    in: [b, 4]
    out: [b, 1]
    graph: in -> Linear(4, 1) -> Sigmoid() -> out

neuron A:
    in: [b, 4]
    out: [b, 1]
    graph: in -> Head() -> out
"""
    assert check_text(text).signature().outputs[0].last == "Sigmoid"


@pytest.mark.parametrize(
    ("params", "code"),
    [({"dim": 8, "heads": 3}, "NS509"), ({"dimm": 8}, "NS504"), ({"heads": 2}, "NS514")],
)
def test_parameters_that_do_not_work_are_told(params: dict[str, int], code: str) -> None:
    text = neuron(
        "[b, dim]", "[b, dim / heads]", "in -> Linear(dim, dim / heads) -> out", "(dim, heads=2)"
    )
    assert code in [d.code for d in check_text(text, params=params).diagnostics]


def test_an_assumption_is_decided_by_numbers() -> None:
    text = neuron("[b, a]", "[b, c]", "in -> Linear(c, c) -> out", "(a=4, c=4)")
    assert not check_text(text).diagnostics
    assert [d.code for d in check_text(text, params={"a": 5}).diagnostics][:1] == ["NS301"]


def test_entry_is_the_one_that_nothing_uses() -> None:
    text = """\
neuron Outer:
    in: [b, 2]
    out: [b, 2]
    graph: in -> Inner() -> out

neuron Inner:
    in: [b, 2]
    out: [b, 2]
    graph: in -> Tanh() -> out
"""
    assert check_text(text).entry == "Outer"
    assert check_text(text, neuron="Inner").entry == "Inner"
    assert [d.code for d in check_text(text, neuron="Iner").diagnostics] == ["NS215"]


def test_a_rearrangement_behind_a_neuron_parameter_waits_for_the_call() -> None:
    text = """\
neuron Pooled(body: Neuron, d=8):
    in: [b, s, d]
    out: [b, d]
    graph: in -> body => @reduce(mean) [b, d] -> out

neuron Net(d=8):
    in: [b, s, d]
    out: [b, d]
    graph: in -> Pooled(Linear(d, WIDTH), d) -> out
"""
    assert not check_text(text.replace("WIDTH", "d")).diagnostics
    assert [d.code for d in check_text(text.replace("WIDTH", "4")).diagnostics] == ["NS312"]


def test_sizes_of_a_contract_are_known_once_the_neuron_is() -> None:
    text = """\
neuron Adapt(layer: Neuron, dim=64):
    in: [batch, dim]
    out: [batch, dim]
    graph:
        in -> match(layer):
            in [*, dim] -> out [*, dim]: layer
            in [*, dim] -> out [*, wide]: layer -> Linear(wide, dim)
        -> out

neuron Net:
    in: [batch, 64]
    out: [batch, 64]
    graph: in -> Adapt(Linear(64, 256)) -> out
"""
    assert not check_text(text).diagnostics


def test_a_line_that_begins_with_a_rearrangement_goes_on_from_the_line_before() -> None:
    text = """\
neuron Patches(size=4):
    in: [batch, height, width]
    out: [batch, height/size, width/size, size*size]
    graph:
        in => [batch, rows=height/size, y=size, columns=width/size, x=size]
        => [batch, rows, columns, y*x] -> out
"""
    assert not check_text(text).diagnostics
    first = text.replace("in => [batch, rows", "=> [batch, rows")
    assert [d.code for d in check_text(first).diagnostics] == ["NS113"]
