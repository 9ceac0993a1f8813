"""Linear recurrences over a sequence, all steps at once."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from neuroscript.primitives.chunks import cropped, in_chunks, is_symbol
from neuroscript.primitives.full_precision import full_dtype

SCAN_CHUNK = 64
SCAN_STEPS = (1, 2, 4, 8, 16, 32)
CARRY_CHUNKS = 16


def linear_scan(log_a: Tensor, b: Tensor) -> Tensor:
    """h_t = exp(log_a_t) · h_(t-1) + b_t along the last axis but one, from h = 0.

    Both [*b, seq, dim] (they broadcast), log_a ≤ 0; the result is [*b, seq, dim] in float32, or in
    float64 if one of them is. The work grows linearly with seq. The backward pass, which needs
    log_a and h, is the same scan from the end. Blelloch, Prefix Sums and Their Applications, 1990.

    >>> linear_scan(torch.zeros(3, 1), torch.ones(3, 1)).flatten()
    tensor([1., 2., 3.])
    """
    exact = torch.promote_types(full_dtype(log_a), full_dtype(b))
    shape = torch.broadcast_shapes(log_a.shape, b.shape)  # type: ignore[no-untyped-call]
    log_a, b = log_a.to(exact).expand(shape), b.to(exact).expand(shape)
    states: Tensor = LinearScan.apply(log_a, b, False)  # type: ignore[no-untyped-call]
    return states


class LinearScan(torch.autograd.Function):
    """The scan, or its adjoint g_t = b_t + exp(log_a_(t+1)) · g_(t+1): gradients of each other."""

    @staticmethod
    def forward(ctx: Any, log_a: Tensor, b: Tensor, adjoint: bool) -> Tensor:
        size = scan_chunk(b.shape[-2])
        if adjoint:
            decay = in_chunks(log_a[..., 1:, :], size, missing=1)
        else:
            decay = in_chunks(log_a, size)
        chunks = in_chunks(b, size)
        scan_in_place(decay, chunks, adjoint)
        states = cropped(chunks.flatten(-3, -2), b.shape[-2])
        ctx.adjoint = adjoint
        ctx.save_for_backward(log_a, states)
        return states

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor, None]:
        log_a, states = ctx.saved_tensors
        back: Tensor = LinearScan.apply(log_a, grad, not ctx.adjoint)  # type: ignore[no-untyped-call]
        grad_log_a = None
        if ctx.needs_input_grad[0]:
            before, after = (back, states) if ctx.adjoint else (states, back)
            grad_log_a = log_a[..., 1:, :].exp() * before[..., :-1, :] * after[..., 1:, :]
            grad_log_a = functional.pad(grad_log_a, (0, 0, 1, 0))
        return grad_log_a, back, None


def scan_chunk(seq: int) -> int:
    """How many steps to put into a chunk: 64, or the power of two that holds a shorter sequence.

    >>> [scan_chunk(seq) for seq in (1, 5, 16, 1000)]
    [1, 8, 16, 64]
    """
    if torch.compiler.is_compiling() or is_symbol(seq):  # one graph for all lengths
        return SCAN_CHUNK
    return min(SCAN_CHUNK, 1 << (seq - 1).bit_length())


def scan_in_place(log_a: Tensor, h: Tensor, adjoint: bool = False) -> None:
    """Turns `h` [*b, chunks, size, dim] from the terms of the recurrence into its states.

    `size` is a power of two up to 64. `log_a` is overwritten too; for the adjoint it holds the
    decay towards the step before.

    Doubling steps up, in all chunks at once: step s gives each 2s-th state what it gets over s
    steps, so each costs half of the one before. Then the carries; then the states between.
    """
    chunks, size = h.shape[-3], h.shape[-2]
    steps = [s for s in SCAN_STEPS if s < size]
    total = log_a.sum(-2) if is_symbol(chunks) or chunks > 1 else None
    a = log_a.exp_()
    for s in steps:
        far, near = (
            (slice(0, None, 2 * s), slice(s, None, 2 * s))
            if adjoint
            else (slice(2 * s - 1, None, 2 * s), slice(s - 1, None, 2 * s))
        )
        h[..., far, :].addcmul_(a[..., far, :], h[..., near, :])
        a[..., far, :].mul_(a[..., near, :])
    if total is not None:
        carry = carries(total, h[..., 0 if adjoint else -1, :], adjoint).unsqueeze(-2)
        # These have gathered all of their chunk up to themselves, and no step down reaches them.
        spine = [size - s if adjoint else s - 1 for s in (*steps, size)]
        h[..., spine, :] += a[..., spine, :] * carry
    for s in reversed(steps[:-1]):
        far, near = (
            (slice(s, -s, 2 * s), slice(2 * s, None, 2 * s))
            if adjoint
            else (slice(3 * s - 1, None, 2 * s), slice(2 * s - 1, -s, 2 * s))
        )
        h[..., far, :].addcmul_(a[..., far, :], h[..., near, :])


def carries(total: Tensor, ends: Tensor, adjoint: bool) -> Tensor:
    """What each chunk gets from those before it (in the adjoint: after it).

    `total` [*b, chunks, dim] is the log decay over a chunk, `ends` what a chunk ends with alone.
    """
    if adjoint:
        return carries(total.flip(-2), ends.flip(-2), False).flip(-2)
    chunks = total.shape[-2]
    if not is_symbol(chunks) and chunks > CARRY_CHUNKS:
        # The square of so many costs more than a scan of what the chunks end with.
        decay, states = in_chunks(total, SCAN_CHUNK), in_chunks(ends, SCAN_CHUNK)
        scan_in_place(decay, states)
        return functional.pad(cropped(states.flatten(-3, -2), chunks)[..., :-1, :], (0, 0, 1, 0))
    earlier = torch.ones(chunks, chunks, dtype=torch.bool, device=total.device).tril(-1)
    earlier = earlier.unsqueeze(-1)
    # [to, from]: the log decay over the chunks between, as a sum of what is ≤ 0 and no difference.
    between = torch.where(earlier, total.unsqueeze(-2), 0).cumsum(-3)
    between = functional.pad(between, (0, 0, 0, 0, 1, -1))
    return (torch.where(earlier, between, float("-inf")).exp() * ends.unsqueeze(-3)).sum(-2)
