"""Batch normalisation for any number of axes."""

from __future__ import annotations

import torch
from torch.nn.modules.batchnorm import _BatchNorm


class BatchNorm(_BatchNorm):
    """nn.BatchNorm1d, 2d or 3d, whichever the input needs; state and options are theirs.

    Input [batch, num_features, ..] of rank 2 or more, output of the same shape.
    Ioffe & Szegedy, 2015.

    >>> BatchNorm(3)(torch.zeros(2, 3, 4, 5)).shape
    torch.Size([2, 3, 4, 5])
    """

    def _check_input_dim(self, input: torch.Tensor) -> None:  # noqa: A002 (torch's name)
        if input.dim() < 2:
            raise ValueError(f"expected [batch, features, ..], got {list(input.shape)}")
