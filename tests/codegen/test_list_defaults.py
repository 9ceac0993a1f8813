"""Lists as defaults: nothing that one model does to its own reaches the next one."""

from __future__ import annotations

import inspect

import pytest
import torch

import neuroscript

TEXT = """neuron Turned(dims=[1, 0], pairs=[[1, 2]]):
    in: [2, 3]
    out: [*turned]
    graph: in -> if dims == [1, 0]: Transpose(dims)
        -> out

neuron Takes(p: Neuron):
    in: [*s]
    out: [*t]
    graph: in -> p -> out

neuron Given(dims=[1, 0]):
    in: [2, 3]
    out: [*turned]
    graph: in -> Takes(Transpose(dims)) -> out
"""


def test_no_default_can_be_changed() -> None:
    for name in ("Turned", "Given"):
        signature = inspect.signature(getattr(neuroscript.loads(TEXT), name))
        for parameter in signature.parameters.values():
            assert isinstance(parameter.default, tuple | None)


@pytest.mark.parametrize("given", [{}, {"dims": [1, 0]}, {"dims": (1, 0)}])
def test_a_list_is_what_a_tuple_is(given: dict[str, object]) -> None:
    made = neuroscript.loads(TEXT)
    x = torch.rand(2, 3)
    torch.testing.assert_close(made.Turned(**given)(x), x.T)
    torch.testing.assert_close(made.Given(**given)(x), x.T)


def test_another_list_is_another() -> None:
    x = torch.rand(2, 3)
    torch.testing.assert_close(neuroscript.loads(TEXT).Turned(dims=[0, 1])(x), x)


def test_a_list_in_a_list_is_made_anew() -> None:
    text = TEXT.replace("dims == [1, 0]", "pairs == [[1, 2]]")
    x = torch.rand(2, 3)
    torch.testing.assert_close(neuroscript.loads(text).Turned()(x), x.T)
