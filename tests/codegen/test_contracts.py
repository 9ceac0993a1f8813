"""Classes of neurons that choose by the signature of another."""

import pytest
import torch

import neuroscript
from neuroscript.diagnostics import NeuroScriptError

ADAPT = """\
neuron Adapt(p: Neuron, d):
    in: [*lead, d]
    out: [*lead, d]
    graph:
        in -> match(p):
            in [*lead, d] -> out [*lead, d]: p
            in [*lead, d] -> out [*lead, m]: p -> Linear(m, d)
        -> out

neuron Main(dim=12, k=5):
    in: [batch, seq, dim]
    out: [batch, seq, dim]
    graph: in -> Adapt({neuron}, {size}) -> out
"""


@pytest.mark.parametrize(
    ("neuron", "written"),
    [
        ("GELU", None),
        ("Linear(dim, dim)", None),
        ("Linear(dim, 2 * dim)", "nn.Linear(2 * d, d)"),
        ("Linear(dim, dim / 2)", "nn.Linear(d // 2, d)"),
        ("Linear(dim, 7)", "nn.Linear(7, d)"),
        ("Linear(dim, k)", "Materialised(lambda in_dim: nn.Linear(in_dim, d))"),
    ],
)
def test_the_arm_is_chosen_for_every_size(neuron: str, written: str | None) -> None:
    text = ADAPT.format(neuron=neuron, size="dim")
    code = neuroscript.compile_source(text)
    assert written is None or written in code
    assert ("self.linear = " in code) == (written is not None)
    main = neuroscript.loads(text).Main
    for dim in (12, 16):
        assert main(dim=dim)(torch.zeros(2, 3, dim)).shape == (2, 3, dim)


def test_a_size_that_is_a_formula_is_what_the_neuron_takes() -> None:
    text = ADAPT.format(neuron="Linear(dim + dim, dim + 4)", size="dim + dim")
    text = text.replace("[batch, seq, dim]", "[batch, seq, 2 * dim]")
    assert neuroscript.loads(text).Main()(torch.zeros(2, 3, 24)).shape == (2, 3, 24)


LIMITED = """\
neuron Adapt(p: Neuron, dim, limit=3):
    in: [batch, dim]
    out: [batch, *]
    graph:
        in -> match(p):
            in [b, dim] -> out [b, wide] where wide > limit: p -> Linear(wide, 1)
            in [b, dim] -> out [b, any]: p -> Linear(any, 2)
        -> out

neuron Net(limit=4):
    in: [batch, 4]
    out a: [batch, *]
    out b: [batch, *]
    out c: [batch, *]
    graph:
        in -> Adapt(Linear(4, 8), 4, limit=16) -> a
        in -> Adapt(Linear(4, 8), 4, limit=2) -> b
        in -> Adapt(Linear(4, 8), 4, limit=limit) -> c
"""


@pytest.mark.parametrize(("limit", "widths"), [(4, [2, 1, 1]), (30, [2, 1, 2])])
def test_parameters_decide_between_arms_when_a_model_is_built(
    limit: int, widths: list[int]
) -> None:
    net = neuroscript.loads(LIMITED).Net(limit=limit)
    assert [output.shape[1] for output in net(torch.zeros(1, 4))] == widths


def test_what_both_branches_of_an_if_apply_is_built_before_it() -> None:
    text = """\
neuron Net(p: Neuron, deep=false):
    in: [batch, 4]
    out: [batch, 4]
    graph: in -> if deep: p -> ReLU() -> p else: p
        -> out

neuron Main(deep=false):
    in: [batch, 4]
    out: [batch, 4]
    graph: in -> Net(Linear(4, 4), deep) -> out
"""
    for deep in (False, True):
        assert neuroscript.loads(text).Main(deep=deep)(torch.zeros(1, 4)).shape == (1, 4)


def test_what_nothing_decides_is_no_model() -> None:
    alone = ADAPT.partition("neuron Main")[0]
    with pytest.raises(NeuroScriptError, match="`Adapt` is no model by itself") as raised:
        neuroscript.loads(alone)
    (told,) = raised.value.diagnostics
    assert (told.code, told.span.line) == ("NS406", 1)
    between = "neuron Between(q: Neuron):\n    in: [*, 4]\n    out: [*, 4]\n"
    with pytest.raises(NeuroScriptError, match="`Between` is no model by itself"):
        neuroscript.loads(f"{alone}{between}    graph: in -> Adapt(q, 4) -> out\n")


def test_nor_is_what_rearranges_whatever_a_neuron_gives() -> None:
    ports = "neuron Around(p: Neuron=ELU):\n    in: [batch, 4]\n    out: [batch, 2, 2]\n"
    program = f"{ports}    graph: in -> p => [batch, 2, 2] -> out\n"
    with pytest.raises(NeuroScriptError, match="`Around` is no model by itself"):
        neuroscript.loads(program)
    net = "neuron Net:\n    in: [batch, 4]\n    out: [batch, 2, 2]\n"
    made = neuroscript.loads(f"{program}\n{net}    graph: in -> Around(Tanh) -> out\n")
    assert made.Net()(torch.zeros(3, 4)).shape == (3, 2, 2)
