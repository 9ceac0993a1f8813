"""Wiring neurons that are given to a Neuron parameter do what they do in place."""

from __future__ import annotations

import pytest
import torch

import neuroscript

ONE = """neuron Takes(p: Neuron):
    in: [*s]
    out: [*t]
    graph: in -> p -> out

neuron Direct:
    in: [2, 3, 4]
    out: [*t]
    graph: in -> {0} -> out

neuron Given:
    in: [2, 3, 4]
    out: [*t]
    graph: in -> Takes({0}) -> out

neuron Bound:
    in: [2, 3, 4]
    out: [*t]
    context:
        b = {0}
    graph: in -> b -> out
"""
TWO = ONE.replace(
    "Takes(p: Neuron):\n    in: [*s]", "Takes(p: Neuron):\n    in l: [*s]\n    in r: [*s]"
)
TWO = TWO.replace("graph: in -> p", "graph: (l, r) -> p")
for call in ("{0}", "Takes({0})", "b"):
    TWO = TWO.replace(f"graph: in -> {call}", f"graph: (in, in) -> {call}")


def same(text: str) -> None:
    made = neuroscript.loads(text)
    x = torch.rand(2, 3, 4)
    expected = made.Direct()(x)
    for name in ("Given", "Bound"):
        torch.testing.assert_close(getattr(made, name)()(x), expected)


@pytest.mark.parametrize(
    "call",
    [
        "Identity()", "Flatten()", "Flatten(0, 1)", "Reshape([4, -1])", "Transpose()",
        "Transpose(0, 1)", "Transpose([2, 0, 1])", "Slice(1, 0, 2)", "Slice(2, -2)",
        "Slice(1, 0, 3, 2)", "Pad([1, 2])", 'Pad([1, 1], mode="reflect")', 'Cast("int")',
        'Cast("float")', "Softmax(1)",
    ],
)  # fmt: skip
def test_of_one_tensor(call: str) -> None:
    same(ONE.replace("{0}", call))


@pytest.mark.parametrize(
    "call", ["Add()", "Subtract()", "Multiply()", "Divide()", "Maximum()", "Concat()", "Concat(1)",
             'Einsum("bij,bij->bi")'],
)  # fmt: skip
def test_of_two_tensors(call: str) -> None:
    same(TWO.replace("{0}", call))


@pytest.mark.parametrize("call", ["Fork()", "Split(2)", "Split(2, -1)", "SplitSizes([1, 3])"])
def test_of_several_results(call: str) -> None:
    text = """neuron Takes(p: Neuron):
    in: [*s]
    out a: [*t]
    out b: [*u]
    graph: in -> p -> (a, b)

neuron Direct:
    in: [2, 3, 4]
    out a: [*t]
    out b: [*u]
    graph: in -> {0} -> (a, b)

neuron Given:
    in: [2, 3, 4]
    out a: [*t]
    out b: [*u]
    graph: in -> Takes({0}) -> (a, b)

neuron Bound:
    in: [2, 3, 4]
    out a: [*t]
    out b: [*u]
    context:
        s = {0}
    graph: in -> s -> (a, b)
"""
    made = neuroscript.loads(text.replace("{0}", call))
    x = torch.rand(2, 3, 4)
    expected = made.Direct()(x)
    for name in ("Given", "Bound"):
        for ours, theirs in zip(getattr(made, name)()(x), expected, strict=True):
            torch.testing.assert_close(ours, theirs)


def test_a_value_that_needs_no_input() -> None:
    text = """neuron Bias(shape=4):
    in: [b, 4]
    out: [b, 4]
    context:
        bias = Parameter([shape], value=2.0)
    graph:
        bias -> p
        (in, p) -> Add() -> out
"""
    module = neuroscript.loads(text).Bias()
    assert [tuple(p.shape) for p in module.parameters()] == [(4,)]
    torch.testing.assert_close(module(torch.zeros(3, 4)), torch.full((3, 4), 2.0))
