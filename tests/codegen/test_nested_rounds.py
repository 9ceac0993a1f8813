"""Rounds inside rounds that share names, and rounds that are values, compute what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from neuroscript.codegen import build, emit
from neuroscript.language import check_path, check_text

FILE = Path(__file__).with_name("nested_rounds.ns")


@pytest.fixture(scope="module")
def model() -> nn.Module:
    torch.manual_seed(0)
    made = build(emit(check_path(FILE).raise_errors())).Nested()
    assert isinstance(made, nn.Module)
    return made.eval()


def in_turn(layers: object, x: torch.Tensor) -> torch.Tensor:
    """Apply what lists and dicts of modules hold, in order."""
    if isinstance(layers, nn.ModuleDict):
        layers = layers.values()
    if isinstance(layers, nn.Module) and not isinstance(layers, nn.ModuleList):
        result: torch.Tensor = layers(x)
        return result
    for layer in layers:  # type: ignore[attr-defined]
        x = in_turn(layer, x)
    return x


def test_every_round_is_applied_in_its_turn(model: nn.Module) -> None:
    a, b, single = model.a, model.b, model.single
    x = given = torch.rand(3, 8)
    for part in (a, b, b[0]["b"], a[1]["a"], single[0], a[0], b[1]["b"], a[1], b, b):
        x = in_turn(part, x)
    y = in_turn(a[0]["a"], in_turn(a[0]["a"], x))
    twice, masked, twice_masked = 2, 2, 4
    for _ in range(twice + masked + twice_masked):
        x = x + y
    torch.testing.assert_close(model(given), x + y)


def test_weights_are_shared_with_what_is_given_rounds(model: nn.Module) -> None:
    own = [*model.a.parameters(), *model.b.parameters(), *model.single.parameters()]
    assert {id(p) for p in model.parameters()} == {id(p) for p in own}
    frozen = {id(p) for p in model.b[1]["b"].parameters()}
    assert {id(p) for p in own if not p.requires_grad} == frozen


def test_each_round_is_built_anew(model: nn.Module) -> None:
    assert [len(list(each.parameters())) for each in (model.a, model.b)] == [2 * 8, 2 * 10]


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_rounds_without_anything_change_nothing(depth: int) -> None:
    text = f"""
neuron Again(layer: Neuron):
    in: [*, 4]
    out: [*, 4]
    graph:
        in -> layer -> layer -> out

neuron Net:
    in: [*, 4]
    out: [*, 4]
    context:
        layers = unroll({depth}):
            scale = Scale(4)
            bias = Bias(4)
    graph:
        in -> Again(layers) -> out
"""
    made = build(emit(check_text(text).raise_errors())).Net()
    x = torch.rand(2, 4)
    torch.testing.assert_close(made(x), x)
