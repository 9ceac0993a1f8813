"""Many small networks of the same shape, and the tokens that each gets."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Experts(nn.Module):
    """Experts without biases, their weights stacked; the first is [experts, widths·hidden, dim].

    Two forms: out(SiLU(up x)), and with `gated` SwiGLU, out(SiLU(gate x) ⊙ value x), where `up`
    holds the rows of gate and then those of value. Each weight is as that of a nn.Linear.
    """

    def __init__(self, dim: int, num_experts: int, expert_dim: int, gated: bool) -> None:
        super().__init__()
        self.gated = gated
        self.up = nn.Parameter(torch.empty(num_experts, (1 + gated) * expert_dim, dim))
        self.out = nn.Parameter(torch.empty(num_experts, dim, expert_dim))
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """As nn.Linear does it: uniform, up to 1 / √(inputs)."""
        for weight in (self.up, self.out):
            bound = weight.shape[-1] ** -0.5
            weight.uniform_(-bound, bound)

    def forward(self, x: Tensor, chosen: Tensor, weight: Tensor) -> Tensor:
        """Σ_k weight_k · expert_(chosen_k)(x): x [tokens, dim], the others [tokens, k]."""
        up, out = self.up.to(x.dtype), self.out.to(x.dtype)
        if grouped_mm_takes(up, out):
            return self._sorted(x, chosen, weight.to(x.dtype), up, out)
        return self._dense(x, chosen, weight.to(x.dtype), up, out)

    def _sorted(self, x: Tensor, chosen: Tensor, weight: Tensor, up: Tensor, out: Tensor) -> Tensor:
        """The rows of an expert one after the other; every matrix product over all experts."""
        order = chosen.flatten().argsort(stable=True)
        place = torch.empty_like(order)
        place.scatter_(0, order, torch.arange(order.shape[0], device=order.device))
        ends = load(chosen, up.shape[0]).cumsum(0).to(torch.int32)
        rows: Tensor = Sent.apply(x, order, place, chosen.shape[1])  # type: ignore[no-untyped-call]
        hidden = self._activated(functional.grouped_mm(rows, up.transpose(1, 2), offs=ends))
        rows = functional.grouped_mm(hidden, out.transpose(1, 2), offs=ends)
        rows = Permuted.apply(rows, place, order)  # type: ignore[no-untyped-call]
        back = rows.view(*chosen.shape, -1)
        return (weight.unsqueeze(1) @ back).squeeze(1)

    def _dense(self, x: Tensor, chosen: Tensor, weight: Tensor, up: Tensor, out: Tensor) -> Tensor:
        """Every expert for every token, where no grouped product is to be had."""
        combine = weight.new_zeros(x.shape[0], up.shape[0]).scatter(1, chosen, weight)
        hidden = self._activated(torch.einsum("td,ehd->teh", x, up))
        return torch.einsum("teh,edh->td", hidden * combine.unsqueeze(-1), out)

    def _activated(self, hidden: Tensor) -> Tensor:
        if not self.gated:
            return functional.silu(hidden)
        gate, value = hidden.chunk(2, dim=-1)
        return functional.silu(gate) * value


def grouped_mm_takes(*weights: Tensor) -> bool:
    """Whether torch has the grouped product, for this dtype, for rows of a multiple of 16 bytes."""
    dtype, device = weights[0].dtype, weights[0].device.type
    if not hasattr(functional, "grouped_mm") or device not in ("cpu", "cuda"):
        return False
    # Tracing knows its result in bfloat16 only.
    traced = torch.compiler.is_compiling()
    known = (torch.bfloat16,) if traced else (torch.bfloat16, torch.float16, torch.float32)
    sizes = (size for weight in weights for size in weight.shape[1:])
    return dtype in known and all(size * dtype.itemsize % 16 == 0 for size in sizes)


def load(chosen: Tensor, num_experts: int) -> Tensor:
    """How many of the choices fall on each expert."""
    chosen = chosen.flatten()
    return chosen.new_zeros(num_experts).scatter_add(0, chosen, torch.ones_like(chosen))


class Sent(torch.autograd.Function):
    """Rows of x, `copies` of each, in this order; the gradient is gathered and not scattered."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, order: Tensor, place: Tensor, copies: int) -> Tensor:
        ctx.save_for_backward(place)
        ctx.copies = copies
        return x.index_select(0, order // copies)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        (place,) = ctx.saved_tensors
        return torch.unflatten(grad[place], 0, (-1, ctx.copies)).sum(1), None, None, None


class Permuted(torch.autograd.Function):
    """Rows in another order; the gradient is permuted back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, order: Tensor, back: Tensor) -> Tensor:
        ctx.save_for_backward(back)
        return x.index_select(0, order)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (back,) = ctx.saved_tensors
        return grad.index_select(0, back), None, None
