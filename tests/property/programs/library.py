"""The library as torch has it: what each neuron builds and does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from programs.expressions import Wrong


def _linear(in_dim: int, out_dim: int, bias: bool = True) -> nn.Module:
    return nn.Linear(in_dim, out_dim, bias)


def _embedding(num_embeddings: int, embedding_dim: int) -> nn.Module:
    return nn.Embedding(num_embeddings, embedding_dim)


def _layer_norm(dim: int) -> nn.Module:
    return nn.LayerNorm(dim)


def _rms_norm(dim: int) -> nn.Module:
    return nn.RMSNorm(dim, eps=1e-6)


def _group_norm(num_groups: int, num_channels: int) -> nn.Module:
    return nn.GroupNorm(num_groups, num_channels)


def _depthwise(channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0) -> nn.Module:
    return nn.Conv2d(channels, channels, kernel_size, stride, padding, groups=channels)


def _batch_norm(num_features: int) -> Callable[[torch.Tensor], torch.Tensor]:
    def apply(x: torch.Tensor) -> torch.Tensor:
        if x.ndim < 2 or x.shape[1] != num_features:
            raise Wrong(f"BatchNorm({num_features}) on {list(x.shape)}")
        return x * 1

    return apply


def _causal(in_channels: int, out_channels: int, kernel_size: int, stride: int = 1) -> nn.Module:
    pad = nn.ConstantPad1d((kernel_size - 1, 0), 0.0)
    return nn.Sequential(pad, nn.Conv1d(in_channels, out_channels, kernel_size, stride))


def _places(keepdim: bool = True) -> Callable[[torch.Tensor], torch.Tensor]:
    def apply(x: torch.Tensor) -> torch.Tensor:
        if x.ndim < 3:
            raise Wrong("nothing to pool over")
        return x.mean(tuple(range(2, x.ndim)), keepdim=keepdim)

    return apply


def _transpose(dims: Any = -2, other: int = -1) -> Callable[[torch.Tensor], torch.Tensor]:
    if isinstance(dims, list):
        return lambda x: x.permute(dims)
    return lambda x: x.transpose(dims, other)


def _slice(dim: int, start: int, end: int = -1, step: int = 1) -> Callable[..., torch.Tensor]:
    def apply(x: torch.Tensor) -> torch.Tensor:
        if not -x.ndim <= dim < x.ndim:
            raise Wrong(f"there is no axis {dim}")
        size = x.shape[dim]
        first, last = [n + size if n < 0 else n for n in (start, size if end == -1 else end)]
        if not 0 <= first < min(last, size):
            raise Wrong(f"nothing of {size} from {start} to {end}")
        return x.narrow(dim, first, min(last, size) - first)

    return apply


def _split(num_splits: int, dim: int = -1) -> Callable[[torch.Tensor], tuple[torch.Tensor, ...]]:
    def apply(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if not -x.ndim <= dim < x.ndim or num_splits < 1 or x.shape[dim] % num_splits:
            raise Wrong(f"{list(x.shape)} in {num_splits} along {dim}")
        return x.chunk(num_splits, dim)

    return apply


def _pad(padding: list[int]) -> Callable[[torch.Tensor], torch.Tensor]:
    def apply(x: torch.Tensor) -> torch.Tensor:
        result = nn.functional.pad(x, padding)
        if 0 in result.shape:
            raise Wrong("nothing is left")
        return result

    return apply


def _crop(target_height: int, target_width: int) -> Callable[[torch.Tensor], torch.Tensor]:
    def apply(x: torch.Tensor) -> torch.Tensor:
        if x.ndim != 4 or target_height > x.shape[2] or target_width > x.shape[3]:
            raise Wrong(f"{target_height} by {target_width} of {list(x.shape)}")
        if min(target_height, target_width) < 1:
            raise Wrong("nothing is left")
        return x[:, :, :target_height, :target_width]

    return apply


def _einsum(equation: str) -> Callable[..., torch.Tensor]:
    return lambda *operands: torch.einsum(equation, *operands)


def _cast(dtype: str) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda x: x.to({"float": torch.float32, "int": torch.int64}[dtype])


def _softmax(dim: int = -1) -> Callable[[torch.Tensor], torch.Tensor]:
    def apply(x: torch.Tensor) -> torch.Tensor:
        if not -x.ndim <= dim < x.ndim:  # without data, torch does not look
            raise Wrong(f"there is no axis {dim}")
        return x.softmax(dim)

    return apply


def _matmul() -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    def apply(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        if a.ndim < 2 or b.ndim < 2 or not a.is_floating_point() or not b.is_floating_point():
            raise Wrong("a matrix has two axes")
        return a @ b

    return apply


def _same_type(
    operation: Callable[..., torch.Tensor],
) -> Callable[[], Callable[..., torch.Tensor]]:
    def apply(*tensors: torch.Tensor) -> torch.Tensor:
        if len({tensor.dtype for tensor in tensors}) > 1:
            raise Wrong("element types differ")
        return operation(*tensors)

    return lambda: apply


def _floats_of_two(
    operation: Callable[..., torch.Tensor],
) -> Callable[[], Callable[..., torch.Tensor]]:
    def apply(*tensors: torch.Tensor) -> torch.Tensor:
        if not all(tensor.is_floating_point() for tensor in tensors):
            raise Wrong("element types differ")
        return operation(*tensors)

    return lambda: apply


LIBRARY: dict[str, Callable[..., Any]] = {
    "Linear": _linear,
    "Embedding": _embedding,
    "LayerNorm": _layer_norm,
    "RMSNorm": _rms_norm,
    "GroupNorm": _group_norm,
    "BatchNorm": _batch_norm,
    "Conv1d": nn.Conv1d,
    "Conv2d": nn.Conv2d,
    "DepthwiseConv": _depthwise,
    "CausalConv1d": _causal,
    "MaxPool1d": nn.MaxPool1d,
    "AvgPool1d": nn.AvgPool1d,
    "MaxPool2d": nn.MaxPool2d,
    "AvgPool2d": nn.AvgPool2d,
    "AdaptiveAvgPool": nn.AdaptiveAvgPool2d,
    "GlobalAvgPool": _places,
    "Flatten": nn.Flatten,
    "Transpose": _transpose,
    "Reshape": lambda target_shape: lambda x: x.reshape(target_shape),
    "Slice": _slice,
    "Split": _split,
    "Pad": _pad,
    "Crop": _crop,
    "Einsum": _einsum,
    "Cast": _cast,
    "ConvTranspose1d": nn.ConvTranspose1d,
    "ReLU": nn.ReLU,
    "GELU": nn.GELU,
    "Tanh": nn.Tanh,
    "Sigmoid": nn.Sigmoid,
    "SiLU": nn.SiLU,
    "Softmax": _softmax,
    "Dropout": lambda p=0.5: nn.Dropout(p),
    "Identity": nn.Identity,
    "Fork": lambda: lambda x: (x, x),
    "Fork3": lambda: lambda x: (x, x, x),
    "Add": _same_type(lambda main, skip: main + skip),
    "Subtract": _same_type(lambda left, right: left - right),
    "Multiply": _same_type(lambda a, b: a * b),
    "Divide": _floats_of_two(lambda left, right: left / right),
    "Maximum": _same_type(torch.maximum),
    "Minimum": _same_type(torch.minimum),
    "MatMul": _matmul,
    "Concat": lambda dim=-1: _same_type(lambda *tensors: torch.cat(tensors, dim))(),
    "Freeze": lambda neuron: neuron,
}


def _floats(make: Callable[..., Any], rank: int | None = None) -> Callable[..., Any]:
    """A layer that takes floats only; of one rank where torch would take a single sample too."""

    def factory(*args: Any, **kwargs: Any) -> Callable[[torch.Tensor], torch.Tensor]:
        layer = make(*args, **kwargs)

        def apply(*xs: torch.Tensor) -> torch.Tensor:
            for x in xs:
                if not x.is_floating_point() or rank not in (None, x.ndim):
                    raise Wrong(f"{layer} on {x.dtype} {list(x.shape)}")
            return layer(*xs)

        return apply

    return factory


_FLOATS = """Pad Einsum Linear LayerNorm RMSNorm GroupNorm BatchNorm GELU Tanh Sigmoid SiLU
    Softmax Dropout GlobalAvgPool""".split()
_RANKS = {"Conv1d": 3, "ConvTranspose1d": 3, "CausalConv1d": 3, "MaxPool1d": 3, "AvgPool1d": 3,
          "Conv2d": 4,
          "DepthwiseConv": 4, "MaxPool2d": 4, "AvgPool2d": 4, "AdaptiveAvgPool": 4}  # fmt: skip
LIBRARY |= {name: _floats(LIBRARY[name]) for name in _FLOATS}
LIBRARY |= {name: _floats(LIBRARY[name], rank) for name, rank in _RANKS.items()}

FACTORIES = frozenset(map(id, LIBRARY.values()))
"""What a bare name gives; a call of one gives an instance."""
