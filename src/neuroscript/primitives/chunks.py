"""A sequence cut into chunks that are worked on at once."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def in_chunks(x: Tensor, size: int, missing: int = 0) -> Tensor:
    """A copy [*b, chunks, size, dim] of `x` [*b, seq - missing, dim], filled up with zeros.

    >>> in_chunks(torch.ones(3, 1), 2).flatten(1)
    tensor([[1., 1.],
            [1., 0.]])
    """
    seq = x.shape[-2] + missing
    if is_symbol(seq):
        # An export for any seq takes no padding and no view: both bring rules about it. Nor may
        # chunks be 1 for the example, which would then be taken for what it always is.
        place = torch.arange(seq // size + 2, device=x.device).unsqueeze(-1) * size
        place = place + torch.arange(size, device=x.device)
        inside = (place < x.shape[-2]).unsqueeze(-1)
        return torch.where(inside, x[..., place.clamp(max=x.shape[-2] - 1), :], 0)
    x = functional.pad(x, (0, 0, 0, missing + -seq % size))
    return x.view(*x.shape[:-2], -(-seq // size), size, x.shape[-1])


def cropped(x: Tensor, seq: int) -> Tensor:
    """The first `seq` steps of `x` [*b, chunks · size, dim], without those that filled it up."""
    if is_symbol(seq):
        return x.index_select(-2, torch.arange(seq, device=x.device))
    return x[..., :seq, :]


def is_symbol(size: object) -> bool:
    """Whether torch traces for any size in the place of this one."""
    if torch.compiler.is_dynamo_compiling():
        # Here symbols look like numbers. An export is for good, all else is traced anew.
        return hasattr(torch.compiler, "is_exporting") and torch.compiler.is_exporting()
    return isinstance(size, torch.SymInt)
