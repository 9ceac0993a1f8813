"""Retention against the sum that it stands for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from neuroscript.primitives import Retention, retain


def plainly(query: Tensor, key: Tensor, value: Tensor, decay: Tensor) -> Tensor:
    """Every pair of steps, one after the other."""
    heads, seq = decay.shape[0], query.shape[-2]
    q, k, v = (x.unflatten(-1, (heads, -1)) for x in (query, key, value))
    rows = []
    for i in range(seq):
        row = torch.zeros_like(v[..., 0, :, :])
        for j in range(i + 1):
            score = (q[..., i, :, :] * k[..., j, :, :]).sum(-1) * decay ** (i - j)
            row = row + score.unsqueeze(-1) * v[..., j, :, :]
        rows.append(row.flatten(-2) / q.shape[-1] ** 0.5)
    return torch.stack(rows, -2)


def inputs(seq: int, dim: int = 4, v_dim: int = 6) -> tuple[Tensor, ...]:
    shapes = (2, seq, dim), (2, seq, dim), (2, seq, v_dim)
    return tuple(torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes)


@pytest.mark.parametrize("seq", [1, 5, 128, 131])
def test_retain_and_its_gradients_are_those_of_the_sum(seq: int) -> None:
    decay = torch.tensor([0.9, 0.3], dtype=torch.float64, requires_grad=True)
    operands = (*inputs(seq), decay)
    ours = retain(*operands[:3], decay.log())
    weight = torch.randn_like(ours)
    got = torch.autograd.grad(ours, operands, weight)
    theirs = plainly(*operands)
    torch.testing.assert_close(ours, theirs)
    for mine, other in zip(got, torch.autograd.grad(theirs, operands, weight), strict=True):
        torch.testing.assert_close(mine, other)


def test_over_several_chunks_it_is_a_recurrence() -> None:
    query, key, value = (x.detach() for x in inputs(400))
    decay = torch.tensor([1.0, 0.97], dtype=torch.float64)
    q, k, v = (x.unflatten(-1, (2, -1)) for x in (query, key, value))
    state, rows = 0, []
    for t in range(400):
        state = decay[:, None, None] * state + k[:, t, :, :, None] * v[:, t, :, None, :]
        rows.append((q[:, t, :, None, :] @ state).flatten(1) / 2**0.5)
    torch.testing.assert_close(retain(query, key, value, decay.log()), torch.stack(rows, 1))


def test_what_decays_at_once_leaves_the_step_itself() -> None:
    query, key, value = (x.detach().float() for x in inputs(300))
    got = retain(query, key, value, torch.tensor([-1e30]))
    torch.testing.assert_close(got, (query * key).sum(-1, keepdim=True) / 2 * value)


@pytest.mark.parametrize("learned", [False, True])
def test_each_head_forgets_at_its_own_rate(learned: bool) -> None:
    query, key, value = (x.detach() for x in inputs(20))
    retention = Retention(2, learned).double()
    decay = 1 - 2.0 ** -torch.tensor([5, 6], dtype=torch.float64)
    torch.testing.assert_close(
        retention(query, key, value), plainly(query, key, value, decay), rtol=1e-6, atol=1e-6
    )
    assert [name for name, _ in retention.named_parameters()] == ["decay"] * learned


def test_many_heads_forget_less_and_less() -> None:
    rates = torch.nn.functional.logsigmoid(Retention(30, learned=True).decay)
    assert (rates < 0).all()
    assert (rates.diff() > 0).all()


def test_a_learned_rate_learns() -> None:
    retention = Retention(2, learned=True).double()
    query, key, value = (x.detach() for x in inputs(5))
    weight = torch.randn_like(value)
    retention(query, key, value).mul(weight).sum().backward()
    decay = retention.decay.detach().sigmoid().requires_grad_()
    plainly(query, key, value, decay).mul(weight).sum().backward()
    slope = decay * (1 - decay)
    torch.testing.assert_close(retention.decay.grad, decay.grad * slope)


def test_a_step_does_not_see_later_ones() -> None:
    query, key, value = (x.detach() for x in inputs(200))
    retention = Retention(2).double()
    before = retention(query, key, value)
    for x in (query, key, value):
        x[:, 130:] += 1
    torch.testing.assert_close(retention(query, key, value)[:, :130], before[:, :130])


def test_half_precision_is_retained_in_float32() -> None:
    query, key, value = (x.detach().half() for x in inputs(200))
    query, key = 20 * query, 20 * key
    got = Retention(2)(query, key, value)
    assert got.dtype == torch.float16
    exact = Retention(2)(query.double(), key.double(), value.double())
    torch.testing.assert_close(got.double(), exact, rtol=2e-3, atol=2)


def test_widths_that_heads_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="width 4 is not a multiple of 3 heads"):
        Retention(3)(torch.zeros(1, 2, 4), torch.zeros(1, 2, 4), torch.zeros(1, 2, 3))
