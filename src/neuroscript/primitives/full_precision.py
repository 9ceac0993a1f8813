"""Where autocast must not lower the precision."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def full_precision(x: Tensor) -> AbstractContextManager[object]:
    """A context in which autocast leaves the operations on the device of `x` alone.

    >>> with torch.autocast("cpu", torch.bfloat16), full_precision(torch.zeros(1)):
    ...     (torch.ones(1, 1) @ torch.ones(1, 1)).dtype
    torch.float32
    """
    device = x.device.type
    if not torch.amp.is_autocast_available(device):
        return nullcontext()
    return torch.autocast(device, enabled=False)


def full_dtype(x: Tensor) -> torch.dtype:
    """The dtype of what must be exact: float32, or float64 where `x` has that.

    >>> full_dtype(torch.zeros(1, dtype=torch.float16))
    torch.float32
    """
    return torch.promote_types(x.dtype, torch.float32)
