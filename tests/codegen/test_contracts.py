"""Classes of neurons that choose by the signature of another."""

import pytest
import torch

import neuroscript

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
