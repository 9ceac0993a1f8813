"""Hyper-connections against loops over the streams."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from neuroscript.primitives import HCDepth, HCWidth


def stirred(module: nn.Module) -> nn.Module:
    """The module in double precision, with weights that differ from where they start."""
    for parameter in module.parameters():
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    return module.double()


def streams(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def assert_same_gradients(ours: Tensor, theirs: Tensor, over: list[Tensor]) -> None:
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    for mine, other in zip(
        torch.autograd.grad(ours, over, weight),
        torch.autograd.grad(theirs, over, weight),
        strict=True,
    ):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("n", [1, 3])
def test_width_is_a_mixture_of_the_streams(n: int, dynamic: bool) -> None:
    width, x = stirred(HCWidth(n, 4, 1, dynamic)), streams(2, 5, n, 4)
    rows = []
    for i in range(n + 1):
        row = 0
        for j in range(n):
            if dynamic:
                mean = sum(x[..., k, :] for k in range(n)) / n
                weight = width.alpha(mean)[..., i * n + j, None].tanh()
            else:
                weight = width.alpha[i, j]
            row = row + weight * x[..., j, :]
        rows.append(row)
    layer_in, state = width(x)
    assert layer_in.shape == (2, 5, 4)
    ours = torch.cat([layer_in.unsqueeze(-2), state], -2)
    assert_same_gradients(ours, torch.stack(rows, -2), [x, *width.parameters()])


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("n", [1, 3])
def test_depth_adds_the_output_to_every_stream(n: int, dynamic: bool) -> None:
    depth, out, state = stirred(HCDepth(n, 4, dynamic)), streams(2, 5, 4), streams(2, 5, n, 4)
    weight = depth.beta(out).tanh() if dynamic else depth.beta
    rows = [state[..., i, :] + weight[..., i, None] * out for i in range(n)]
    ours = depth(out, state)
    assert_same_gradients(ours, torch.stack(rows, -2), [out, state, *depth.parameters()])


@pytest.mark.parametrize(("dynamic", "start"), [(False, 1.0), (True, 0.9)])
def test_at_the_start_the_streams_pass(dynamic: bool, start: float) -> None:
    x = torch.randn(5, 3, 4)
    layer_in, state = HCWidth(3, 4, layer_idx=5, dynamic=dynamic)(x)
    torch.testing.assert_close(layer_in, start * x[:, 2])
    torch.testing.assert_close(state, start * x)
    out = torch.randn(5, 4)
    got = HCDepth(3, 4, dynamic=dynamic)(out, x)
    torch.testing.assert_close(got, x + start * out.unsqueeze(1))


def test_static_weights_are_parameters_as_such() -> None:
    assert HCWidth(3, 4, 0, dynamic=False).state_dict()["alpha"].shape == (4, 3)
    assert HCDepth(3, 4, dynamic=False).state_dict()["beta"].shape == (3,)


def test_autocast_leaves_the_streams_in_float32() -> None:
    x = torch.randn(5, 3, 4)
    width, depth = HCWidth(3, 4, 0), HCDepth(3, 4)
    with torch.autocast("cpu", torch.bfloat16):
        layer_in, state = width(x)
        after = depth(layer_in.bfloat16(), state)
    assert state.dtype == after.dtype == torch.float32
    torch.testing.assert_close(state, 0.9 * x, rtol=0.01, atol=0)
