"""Mixtures of experts against a loop over tokens and their experts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroscript.primitives import MoEFFN, MoERouter, SigmoidMoERouter, SwitchFFN
from neuroscript.primitives import experts as experts_module
from neuroscript.primitives.router import Router

DENSE = "dense"
GROUPED = "grouped"
needs_grouped = pytest.mark.skipif(
    not hasattr(functional, "grouped_mm"), reason="this torch has no grouped product"
)
WAYS = [DENSE, pytest.param(GROUPED, marks=needs_grouped)]


def expert(model: Router, number: int, x: Tensor) -> Tensor:
    up = model.experts.up[number] @ x
    if model.experts.gated:
        gate, value = up.chunk(2)
        return model.experts.out[number] @ (functional.silu(gate) * value)
    return model.experts.out[number] @ functional.silu(up)


def token_by_token(model: Router, x: Tensor) -> Tensor:
    rows = []
    for token in x.flatten(0, -2):
        logits = model.gate(token)
        if isinstance(model, SigmoidMoERouter):
            p = logits.sigmoid()
            chosen = (p + model.bias).argsort(descending=True)[: model.active_experts]
        else:
            p = logits.softmax(0)
            chosen = p.argsort(descending=True)[: model.active_experts]
        whole = 1 if isinstance(model, SwitchFFN) else sum(p[e] for e in chosen) + 1e-6
        rows.append(sum(p[e] / whole * expert(model, e, token) for e in chosen))
    return torch.stack(rows).view_as(x)


def output(made: Any) -> Tensor:
    return made[0] if isinstance(made, tuple) else made


MODELS: dict[str, Callable[[], Router]] = {
    "router": lambda: MoERouter(8, 4, 2, 12),
    "one expert": lambda: MoERouter(8, 1, 1, 4),
    "all experts": lambda: MoERouter(8, 3, 3, 4),
    "sigmoid": lambda: SigmoidMoERouter(8, 4, 2, 12),
    "ffn": lambda: MoEFFN(8, 4, 2, 12),
    "experts without tokens": lambda: MoEFFN(8, 40, 1, 4),
    "switch": lambda: SwitchFFN(8, 4, 12),
}


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def choose(way: str) -> None:
        monkeypatch.setattr(experts_module, "grouped_mm_takes", lambda *_: way == GROUPED)

    return choose


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", [(2, 5, 8), (1, 8), (8,)], ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_output_and_gradients_are_those_of_the_loop(
    name: str, shape: tuple[int, ...], way: str, take: Callable[[str], None]
) -> None:
    take(way)
    torch.manual_seed(0)
    model = MODELS[name]().eval()
    x = torch.randn(shape, requires_grad=True)
    ours, theirs = output(model(x)), token_by_token(model, x.view(-1, 8)).view(shape)
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    over = (x, *model.parameters())
    for mine, other in zip(
        torch.autograd.grad(ours, over, weight),
        torch.autograd.grad(theirs, over, weight),
        strict=True,
    ):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


def test_double_precision_is_kept() -> None:
    model = MoEFFN(8, 4, 2, 12).double()
    x = torch.randn(5, 8, dtype=torch.float64)
    torch.testing.assert_close(model(x)[0], token_by_token(model, x))


def test_odd_sizes_need_no_grouped_product() -> None:
    model = MoEFFN(5, 3, 2, 7)
    x = torch.randn(4, 5)
    torch.testing.assert_close(model(x)[0], token_by_token(model, x))


@needs_grouped
def test_the_grouped_product_is_used_where_rows_are_aligned() -> None:
    takes = experts_module.grouped_mm_takes
    assert takes(torch.empty(2, 8, 4))
    assert takes(torch.empty(2, 8, 16, dtype=torch.bfloat16))
    assert not takes(torch.empty(2, 8, 5))
    assert not takes(torch.empty(2, 8, 4, dtype=torch.bfloat16))
    assert not takes(torch.empty(2, 8, 4, dtype=torch.float64))
    assert not takes(torch.empty(2, 8, 4, device="meta"))


@needs_grouped
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
def test_the_grouped_product_is_traced_in_bfloat16() -> None:
    model = MoEFFN(8, 4, 2, 16).bfloat16()
    x = torch.randn(6, 8, dtype=torch.bfloat16, requires_grad=True)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    over = (x, *model.parameters())
    for mine, other in zip(
        torch.autograd.grad(compiled(x)[0].square().sum(), over),
        torch.autograd.grad(model(x)[0].square().sum(), over),
        strict=True,
    ):
        torch.testing.assert_close(mine, other)
    exported = torch.export.export(model.eval(), (x.detach(),))
    assert "_grouped_mm" in exported.graph_module.code
    torch.testing.assert_close(exported.module()(x.detach()), model(x.detach()))


@pytest.mark.parametrize("model", [MoEFFN(8, 4, 2, 8), SwitchFFN(8, 4, 8)], ids=["ffn", "switch"])
def test_balance_loss_is_one_in_balance_and_grows_without(model: MoEFFN | SwitchFFN) -> None:
    x = torch.randn(50, 8)
    loss = model(x)[1]
    p = model.gate(x).softmax(-1)
    k = model.active_experts
    counts = functional.one_hot(p.topk(k).indices, 4).sum((0, 1))
    torch.testing.assert_close(loss, 4 * (counts / (50 * k) * p.mean(0)).sum())
    assert loss.shape == ()
    nn.init.zeros_(model.gate.weight)
    torch.testing.assert_close(model(x)[1], torch.tensor(1.0))
    model.gate.weight.data[0] = 100
    torch.testing.assert_close(model(torch.ones(50, 8))[1], torch.tensor(4.0 / k))


def test_the_gate_learns_through_the_balance_loss() -> None:
    model = MoEFFN(8, 4, 2, 8)
    model(torch.randn(50, 8))[1].backward()
    assert model.gate.weight.grad.abs().sum() > 0


def test_a_bias_brings_the_experts_into_balance() -> None:
    torch.manual_seed(0)
    model = SigmoidMoERouter(8, 4, 2, 8, update_rate=0.05)
    with torch.no_grad():
        model.gate.weight.copy_(torch.tensor([0.5, 0.4, 0.1, 0.0])[:, None])
    x = torch.rand(64, 8)
    model(x)
    torch.testing.assert_close(model.bias, 0.05 * torch.tensor([-0.25, -0.25, 0.25, 0.25]))
    for _ in range(60):
        model(x)
    chosen = (model.gate(x).sigmoid() + model.bias).topk(2).indices
    assert experts_module.load(chosen, 4).min() > 20
    assert model.bias.sum().abs() < 1e-5


def test_the_bias_moves_in_training_only_and_is_saved() -> None:
    model = SigmoidMoERouter(8, 4, 2, 8)
    model.eval()(torch.randn(10, 8))
    assert torch.equal(model.bias, torch.zeros(4))
    assert "bias" in model.state_dict()
    assert "bias" not in dict(model.named_parameters())


def test_the_bias_chooses_and_does_not_weigh() -> None:
    model = SigmoidMoERouter(8, 4, 1, 8).eval()
    model.bias[2] = 10
    x = torch.randn(6, 8)
    wanted = torch.stack([expert(model, 2, token) for token in x])
    torch.testing.assert_close(model(x), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("active", [0, 5])
def test_impossible_numbers_of_experts_are_refused(active: int) -> None:
    with pytest.raises(ValueError, match=f"{active} of 4 experts cannot be active"):
        MoERouter(8, 4, active, 8)
