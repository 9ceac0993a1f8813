"""Starting values for the weights of a layer."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

Layer = TypeVar("Layer", bound=nn.Module)


def initialised(module: Layer, std: float) -> Layer:
    """The module, its weight drawn anew from N(0, std²) and its bias set to 0.

    For a layer with a `weight` and perhaps a `bias`: linear, convolution, embedding (whose padding
    row stays 0). A negative `std` changes nothing; 0 gives zeros.

    >>> initialised(nn.Linear(3, 1), 0.0)(torch.ones(2, 3))
    tensor([[0.],
            [0.]], grad_fn=<AddmmBackward0>)
    """
    if std < 0:
        return module
    weight, bias = module.weight, getattr(module, "bias", None)
    assert isinstance(weight, torch.Tensor)
    with torch.no_grad():
        weight.normal_(0.0, std)
        if isinstance(module, nn.Embedding) and module.padding_idx is not None:
            weight[module.padding_idx] = 0.0
        if bias is not None:
            bias.zero_()
    return module
