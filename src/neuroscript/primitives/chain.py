"""Modules applied one after another to several tensors."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Chain(nn.Module):
    """Applies modules in turn; each takes the first of the tensors and replaces the first of them.

    Args:
        *layers: each module with the number of tensors it takes, None for all of them. A tensor
            that a module takes and does not give again is passed on, as is one that it leaves.

    Shape:
        Any tensors that the first module takes and more; as many are given back.

    >>> mixing = Chain((nn.Linear(4, 4), 1), (nn.Bilinear(4, 2, 4), 2))
    >>> x, mask = mixing(torch.zeros(3, 4), torch.zeros(3, 2))
    >>> x.shape, mask.shape
    (torch.Size([3, 4]), torch.Size([3, 2]))
    """

    def __init__(self, *layers: tuple[nn.Module, int | None]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layer for layer, _ in layers)
        self.takes = [takes for _, takes in layers]

    def forward(self, *tensors: torch.Tensor) -> Any:
        for layer, takes in zip(self.layers, self.takes, strict=True):
            result = layer(*tensors[:takes])
            given = (result,) if isinstance(result, torch.Tensor) else tuple(result)
            tensors = (*given, *tensors[len(given) :])
        return tensors[0] if len(tensors) == 1 else tensors
