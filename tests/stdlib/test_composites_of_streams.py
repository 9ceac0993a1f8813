"""Blocks of state space and of hyper-connections are their equations, step by step."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

import neuroscript


def block(call: str, shape: str) -> Any:
    """The neuron of a call, with weights of which no two are equal."""
    torch.manual_seed(0)
    text = f"neuron Net:\n    in: {shape}\n    out: {shape}\n    graph: in -> {call} -> out\n"
    (inner,) = neuroscript.loads(text).Net().children()
    return inner


def shifted(x: Tensor, mu: Tensor) -> Tensor:
    """The step before, as far as mu says."""
    before = [torch.zeros_like(x[0]), *x[:-1]]
    return torch.stack([x[t] + (before[t] - x[t]) * mu for t in range(len(x))])


def retained(q: Tensor, k: Tensor, v: Tensor, decay: Tensor) -> Tensor:
    """One head of retention: all that was read before, each step by itself."""
    rows = []
    for i in range(len(q)):
        parts = [decay ** (i - j) * (q[i] @ k[j]) * v[j] for j in range(i + 1)]
        rows.append(torch.stack(parts).sum(0) / math.sqrt(q.shape[1]))
    return torch.stack(rows)


def test_token_shift_is_its_equation() -> None:
    ports = "    in: [b, s, 3]\n    out: [b, s, 3]\n"
    text = f"neuron Net:\n{ports}    graph: in -> TokenShift(3) -> out\n"
    net, x = neuroscript.loads(text).Net(), torch.randn(5, 3)
    assert net.token_shift.tolist() == [0.5] * 3
    with torch.no_grad():
        net.token_shift.copy_(torch.tensor([0.0, 0.3, 1.0]))
    torch.testing.assert_close(net(x[None])[0], shifted(x, net.token_shift))


def test_rwkv_is_its_equation() -> None:
    net, x = block("RWKVBlock(6, 2, 5)", "[b, s, 6]"), torch.randn(7, 6)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.randn(parameter.shape), alpha=0.3)
    normed = net.layer_norm(x)
    r = net.linear(shifted(normed, net.token_shift))
    k = net.linear_2(shifted(normed, net.token_shift_2))
    v = net.linear_3(shifted(normed, net.token_shift_3))
    g = net.linear_4(shifted(normed, net.token_shift_4))
    heads = []
    for head, decay in zip((slice(3), slice(3, 6)), net.retention.decay.sigmoid(), strict=True):
        remembered = retained(r[:, head], k[:, head], v[:, head], decay)
        heads.append(functional.layer_norm(remembered, (3,)))
    y = torch.cat(heads, dim=-1) * net.group_norm.weight + net.group_norm.bias
    h = x + net.linear_5(functional.silu(g) * y)
    s = shifted(net.layer_norm_2(h), net.token_shift_5)
    expected = h + net.linear_6(s).sigmoid() * net.linear_8(net.linear_7(s).relu() ** 2)
    torch.testing.assert_close(net(x[None])[0], expected, rtol=1e-4, atol=1e-5)


def test_a_layer_of_mamba_is_a_residual() -> None:
    net, x = block("MambaLayer(6, d_state=3, eps=1e-3)", "[b, s, 6]"), torch.randn(2, 5, 6)
    scaled = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-3)
    torch.testing.assert_close(net(x), x + net.mixer(scaled))


@pytest.mark.parametrize("layer_idx", [0, 1, 5])
def test_one_layer_between_streams_starts_as_a_residual_of_one_of_them(layer_idx: int) -> None:
    call = f"HyperConnect(Linear(6, 6), 3, 6, {layer_idx}, dynamic=false)"
    net, x = block(call, "[b, 3, 6]"), torch.randn(2, 3, 6)
    expected = x + net.layer(x[:, layer_idx % 3])[:, None]
    torch.testing.assert_close(net(x), expected)


def test_streams_are_copies_and_come_together_again() -> None:
    call = "HyperExpand(4) -> HyperCollapse()"
    text = f"neuron Net:\n    in: [*, d]\n    out: [*, d]\n    graph: in -> {call} -> out\n"
    x = torch.randn(2, 5, 6)
    torch.testing.assert_close(neuroscript.loads(text).Net()(x), 4 * x)
