"""The scan against the loop that it stands for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from neuroscript.primitives import linear_scan
from neuroscript.primitives.linear_scan import LinearScan


def loop(log_a: Tensor, b: Tensor) -> Tensor:
    h, states = torch.zeros_like(b[..., 0, :]), []
    for t in range(b.shape[-2]):
        h = log_a[..., t, :].exp() * h + b[..., t, :]
        states.append(h)
    return torch.stack(states, -2)


def decays_and_terms(*shape: int) -> tuple[Tensor, Tensor]:
    log_a = -3 * torch.rand(shape, dtype=torch.float64)
    return log_a.requires_grad_(), torch.randn(shape, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("seq", [1, 2, 5, 33, 63, 64, 65, 128, 200, 1024, 1100])
def test_states_and_gradients_are_those_of_the_loop(seq: int) -> None:
    log_a, b = decays_and_terms(2, 3, seq, 2)
    ours, theirs = linear_scan(log_a, b), loop(log_a, b)
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    for mine, other in zip(
        torch.autograd.grad(ours, (log_a, b), weight),
        torch.autograd.grad(theirs, (log_a, b), weight),
        strict=True,
    ):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("adjoint", [False, True])
def test_first_and_second_derivatives(adjoint: bool) -> None:
    log_a, b = decays_and_terms(1, 70, 1)

    def scan(log_a: Tensor, b: Tensor) -> Tensor:
        return LinearScan.apply(log_a, b, adjoint)

    assert torch.autograd.gradcheck(scan, (log_a, b))
    log_a, b = decays_and_terms(1, 5, 1)
    assert torch.autograd.gradgradcheck(scan, (log_a, b))


def test_the_adjoint_is_the_transposed_scan() -> None:
    log_a, b = (x.detach() for x in decays_and_terms(100, 2))
    weight = torch.randn_like(b)
    across = (LinearScan.apply(log_a, b, False) * weight).sum()
    torch.testing.assert_close(across, (LinearScan.apply(log_a, weight, True) * b).sum())


@pytest.mark.parametrize("log_decay", [-1e4, -1e30, float("-inf")])
def test_what_decays_at_once_leaves_the_terms(log_decay: float) -> None:
    b = torch.randn(2, 150, 3, requires_grad=True)
    log_a = torch.full_like(b, log_decay, requires_grad=True)
    states = linear_scan(log_a, b)
    torch.testing.assert_close(states, b)
    states.sum().backward()
    assert torch.equal(b.grad, torch.ones_like(b))
    assert torch.equal(log_a.grad, torch.zeros_like(b))


def test_without_decay_it_is_a_running_sum() -> None:
    b = torch.randn(300, 2)
    torch.testing.assert_close(linear_scan(torch.zeros(1, 1), b), b.cumsum(0))


def test_a_scan_so_long_that_its_chunks_are_scanned_in_chunks() -> None:
    b = torch.randn(64 * 64 * 2 + 1, 1, dtype=torch.float64)
    got = linear_scan(torch.zeros(1, 1), b)
    torch.testing.assert_close(got, b.cumsum(0))


def test_the_shorter_operand_is_broadcast_and_gets_the_sum_of_its_gradients() -> None:
    log_a = torch.tensor([-0.1, -0.2], dtype=torch.float64, requires_grad=True)
    b = torch.randn(2, 70, 2, dtype=torch.float64)
    ours = torch.autograd.grad(linear_scan(log_a, b).sum(), log_a)
    theirs = torch.autograd.grad(loop(log_a.expand(b.shape), b).sum(), log_a)
    torch.testing.assert_close(ours, theirs)


def test_low_precision_is_scanned_in_float32() -> None:
    log_a, b = -torch.rand(1, 200, 4), torch.randn(1, 200, 4)
    low = linear_scan(log_a.bfloat16(), b.bfloat16())
    assert low.dtype == torch.float32
    assert torch.equal(low, linear_scan(log_a.bfloat16().float(), b.bfloat16().float()))


def test_the_operands_are_left_as_they_were() -> None:
    log_a, b = -torch.rand(1, 128, 4), torch.randn(1, 128, 4)
    before = log_a.clone(), b.clone()
    linear_scan(log_a, b)
    assert torch.equal(log_a, before[0])
    assert torch.equal(b, before[1])


# Torch's own way of tracing a torch.autograd.Function.
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
def test_compiles_and_exports_for_any_length() -> None:
    class Scan(torch.nn.Module):
        def forward(self, log_a: Tensor, b: Tensor) -> Tensor:
            return linear_scan(log_a, b)

    log_a, b = -torch.rand(2, 100, 3), torch.randn(2, 100, 3, requires_grad=True)
    compiled = torch.compile(linear_scan, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(log_a, b), linear_scan(log_a, b))
    ours = torch.autograd.grad(compiled(log_a, b).square().sum(), b)
    torch.testing.assert_close(ours, torch.autograd.grad(loop(log_a, b).square().sum(), b))
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("seq")}
    exported = torch.export.export(Scan(), (log_a, b.detach()), dynamic_shapes=(sizes, sizes))
    for seq in (3, 64, 333):
        log_a, b = -torch.rand(3, seq, 3), torch.randn(3, seq, 3)
        torch.testing.assert_close(exported.module()(log_a, b), loop(log_a, b))
