"""The state space whose step and projections the input chooses."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from neuroscript.primitives.chunks import cropped, in_chunks
from neuroscript.primitives.full_precision import full_precision
from neuroscript.primitives.linear_scan import scan_chunk, scan_in_place


class SelectiveScan(torch.autograd.Function):
    """y_t = C_t·h_t, h_t = exp(Δ_t A) h_(t-1) + B_t ⊗ x_t, all states h kept and nothing more.

    `delta` and `x` [batch, seq, inner], `a` [n, inner] ≤ 0, `b` and `c` [batch, seq, n], all of one
    dtype; y [batch, seq, inner]. The states are [batch, seq, n, inner]: while the scan runs there
    are two tensors of that size, in the backward pass three. It has no second derivative.
    Gu & Dao, 2023.

    >>> one = torch.ones(1, 3, 1)
    >>> SelectiveScan.apply(one, one, torch.zeros(1, 1), one, one).flatten()
    tensor([1., 2., 3.])
    """

    @staticmethod
    def forward(ctx: Any, delta: Tensor, x: Tensor, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
        ctx.seq = x.shape[1]
        size = scan_chunk(ctx.seq)
        delta, x, b, c = (in_chunks(tensor, size) for tensor in (delta, x, b, c))
        states = b.unsqueeze(-1) * x.unsqueeze(-2)
        scan_in_place(flat(delta.unsqueeze(-2) * a), flat(states))
        ctx.save_for_backward(delta, x, a, b, c, states)
        with full_precision(x):
            y = c.flatten(1, 2).unsqueeze(-2) @ states.flatten(1, 2)
        return cropped(y.squeeze(-2), ctx.seq)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:
        delta, x, a, b, c, states = ctx.saved_tensors
        grad = in_chunks(grad, x.shape[2])
        back = c.unsqueeze(-1) * grad.unsqueeze(-2)
        # The step that follows: within the chunk, or the first of the next one.
        following = functional.pad(delta[:, 1:, :1], (0, 0, 0, 0, 0, 1))
        after = torch.cat([delta[:, :, 1:], following], dim=2)
        scan_in_place(flat(after.unsqueeze(-2) * a), flat(back), adjoint=True)
        delta, x, b, grad, states, back = (
            tensor.flatten(1, 2) for tensor in (delta, x, b, grad, states, back)
        )
        with full_precision(x):
            grad_c = (states @ grad.unsqueeze(-1)).squeeze(-1)
            grad_b = (back @ x.unsqueeze(-1)).squeeze(-1)
            grad_x = (b.unsqueeze(-2) @ back).squeeze(-2)
        # What Δ_t A gets: exp(Δ_t A) h_(t-1) ⊙ the state of the adjoint.
        log_a = (delta.unsqueeze(-2) * a).exp_().mul_(back)
        log_a[:, 1:].mul_(states[:, :-1])
        log_a[:, :1].zero_()
        grad_delta = torch.mul(log_a, a, out=back).sum(-2)
        grad_a = log_a.mul_(delta.unsqueeze(-2)).sum((0, 1))
        grad_delta, grad_x, grad_b, grad_c = (
            cropped(tensor, ctx.seq) for tensor in (grad_delta, grad_x, grad_b, grad_c)
        )
        return grad_delta, grad_x, grad_a, grad_b, grad_c


def flat(states: Tensor) -> Tensor:
    """The last two axes as one, of the same memory."""
    return states.view(*states.shape[:-2], -1)
