"""Neurons that are random in training: nothing in eval or at probability 0, zeros at 1.

Those of regularization.ns that give what they take, found by themselves.
"""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuroscript.codegen import build, emit
from neuroscript.diagnostics import render
from neuroscript.language import check_text
from neuroscript.language.names.definition import Definition, shape_text
from neuroscript.language.names.documentation import Example

from .conftest import LIBRARY, Case

PROBABILITIES = ("p", "drop_prob")


def of_family(name: str) -> Definition | None:
    definition = LIBRARY.find(name)
    assert definition is not None
    (one,), (other,) = definition.neuron.inputs, definition.neuron.outputs
    return definition if shape_text(one.shape) == shape_text(other.shape) else None


def family(file: str) -> list[Definition]:
    names = [name for name in LIBRARY.names() if in_file(name, file)]
    return [found for name in names if (found := of_family(name)) is not None]


def in_file(name: str, file: str) -> bool:
    definition = LIBRARY.find(name)
    return definition is not None and definition.span.source.name.endswith(f"/{file}.ns")


RANDOM = family("regularization")
CHANCES = [d for d in RANDOM if any(name in d.params for name in PROBABILITIES)]
each_chance = pytest.mark.parametrize("definition", CHANCES, ids=lambda d: d.name)


def example(definition: Definition, **arguments: float) -> tuple[nn.Module, torch.Tensor]:
    """A neuron with these arguments, in training, and something for it."""
    first = definition.documentation.examples[0]
    given = ", ".join(f"{name}={value}" for name, value in arguments.items())
    call = f"{definition.name}({given})" if given else first.call
    case = Case(definition.name, Example(first.text, first.inputs, call, first.outputs))
    checked = check_text(case.example.program)
    assert not checked.diagnostics, render(checked.diagnostics)
    torch.manual_seed(0)
    (x,) = case.inputs()
    return build(emit(checked)).Example(), x


def probability(definition: Definition) -> str:
    return next(name for name in PROBABILITIES if name in definition.params)


def test_there_are_some() -> None:
    assert {"Dropout", "DropPath", "Dropblock"} <= {d.name for d in CHANCES}
    assert "SpecAugment" in {d.name for d in RANDOM}


@pytest.mark.parametrize("definition", RANDOM, ids=lambda d: d.name)
def test_nothing_happens_in_eval(definition: Definition) -> None:
    model, x = example(definition)
    assert torch.equal(model.eval()(x), x)


@each_chance
def test_something_happens_in_training(definition: Definition) -> None:
    model, x = example(definition, **{probability(definition): 0.5})
    assert any(not torch.equal(model(x), x) for _ in range(20))


@each_chance
def test_nothing_happens_at_probability_0(definition: Definition) -> None:
    model, x = example(definition, **{probability(definition): 0.0})
    assert torch.equal(model(x), x)


@each_chance
def test_nothing_is_left_at_probability_1(definition: Definition) -> None:
    model, x = example(definition, **{probability(definition): 1.0})
    assert torch.equal(model(x), torch.zeros_like(x))
