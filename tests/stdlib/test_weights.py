"""The formulas of how much neurons train, held to what is really there."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from torch import nn

from neuroscript.diagnostics import Sink
from neuroscript.language.counting import count_weights
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.values import Abstract, NeuronValue

from .conftest import LIBRARY, Case, cases

each_example = pytest.mark.parametrize("case", cases(), ids=lambda c: c.example.text)


WORDS = ("if", "else", "not", "and", "or", "true", "false", "none", "floor", "of")
"""What formulas are written with, but for names."""


def trained(case: Case) -> int:
    model: nn.Module = case.model().eval()
    model(*case.inputs())  # builds what is built when sizes are known
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


@each_example
def test_the_count_of_every_example_is_the_real_one(case: Case) -> None:
    definition = case.checked.definition("Example")
    count = count_weights(definition, case.checked.inference)
    assert count.number == trained(case), f"`weights:` of {case.neuron} says {count}"


@each_example
def test_the_formula_of_a_neuron_with_numbers_in_it_is_the_real_count(case: Case) -> None:
    definition = LIBRARY.find(case.neuron)
    assert definition is not None
    given = _only_required(case, definition)
    count = count_weights(definition, Inference(Sink()))
    if given is None or count.formula is None:
        return  # another test has the numbers in the neuron itself
    values = {var: given[var.name] for var in count.formula.variables if var.name in given}
    number = count.formula.substitute(values)
    assert number.constant is None or number.constant == trained(case)


def _only_required(case: Case, definition: Definition) -> Mapping[str, Dim] | None:
    """The sizes that an example gives, if it leaves all defaults as they are."""
    callees = case.checked.inferred("Example").callees.values()
    calls = [value for found in callees for value in found if value.definition is definition]
    if len(calls) != 1 or len(callees) != 1:
        return None
    given = dict(calls[0].args or ())
    sizes = {name: value for name, value in given.items() if isinstance(value, Dim)}
    required = {n: v for n, v in given.items() if definition.params[n].default is None}
    return sizes if _same(_completed(definition, required), given) else None


def _completed(definition: Definition, required: Mapping[str, Abstract]) -> dict[str, Abstract]:
    values = dict(required)
    for name, param in definition.params.items():
        if param.default is not None:
            values[name] = Evaluator(values, Sink(), definition.scope).value(param.default)
    return values


def _same(one: Mapping[str, Abstract], other: Mapping[str, Abstract]) -> bool:
    plain = not any(isinstance(value, NeuronValue) for value in other.values())
    return plain and one == other


@pytest.mark.parametrize("name", LIBRARY.names())
def test_what_a_neuron_trains_is_known_or_said_to_depend_on_something_of_its_own(name: str) -> None:
    definition = LIBRARY.find(name)
    assert definition is not None
    count = count_weights(definition, Inference(Sink()))
    said = count.depends_on if count.formula is None else re.sub(r"weights\(\w+", "", str(count))
    assert said is not None
    names = set(re.findall(r"\b[a-z_]\w*", re.sub(r'"[^"]*"', "", said)))
    assert names <= {*definition.params, *WORDS}
    assert count.formula is not None or names & {*definition.params}
