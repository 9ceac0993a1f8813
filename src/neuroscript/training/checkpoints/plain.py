"""State of any shape as JSON and tensors, so that a checkpoint holds nothing that runs."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

KIND = "$"
"""The key that marks what JSON has no form for."""

INLINE = 16_384
"""How many bytes a tensor may have to be written into the JSON itself: the state of random
numbers has, averages of weights have not."""


@dataclass(slots=True)
class Packed:
    """What JSON can hold, the tensors it refers to by name, and what had to be left out."""

    data: Any
    tensors: dict[str, Tensor] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    """The places of values that are neither plain nor tensors, as `callbacks.Own.model`."""


class _NotPlain(Exception):
    """A value that is neither plain nor a tensor."""


def pack(state: Mapping[str, Any], prefix: str = "") -> Packed:
    """Turns nested state into JSON and tensors; tensors are referred to, not copied.

    An entry of a dict that is neither is left out, and its place is told.

    >>> packed = pack({"step": 3, "seen": (1, 2), "open": object()})
    >>> unpack(packed.data, packed.tensors), packed.left_out
    ({'step': 3, 'seen': (1, 2)}, ['open'])
    """
    packed = Packed(None)
    packed.data = _packed(dict(state), prefix, packed)
    return packed


def unpack(data: Any, tensors: Mapping[str, Tensor]) -> Any:
    """What `pack` was given. Raises KeyError for a tensor that is not there."""
    if isinstance(data, list):
        return [unpack(value, tensors) for value in data]
    if not isinstance(data, dict):
        return data
    match data.get(KIND):
        case None:
            return {key: unpack(value, tensors) for key, value in data.items()}
        case "tensor":
            return tensors[data["name"]] if "name" in data else _tensor_of(data)
        case "array":
            return np.frombuffer(_bytes_of(data), data["dtype"]).reshape(data["shape"]).copy()
        case "tuple":
            return tuple(unpack(value, tensors) for value in data["of"])
        case "set":
            return {unpack(value, tensors) for value in data["of"]}
        case "bytes":
            return _bytes_of(data)
        case "float":
            return float(data["of"])
        case _:
            return {unpack(k, tensors): unpack(v, tensors) for k, v in data["of"]}


def _packed(value: Any, place: str, into: Packed) -> Any:
    match value:
        case None | bool() | str():
            return value
        case np.generic():
            return _packed(value.item(), place, into)
        case int():
            return int(value)
        case float():
            return float(value) if math.isfinite(value) else {KIND: "float", "of": str(value)}
        case Tensor():
            return _packed_tensor(value, place, into)
        case np.ndarray():
            text = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
            return {KIND: "array", "dtype": str(value.dtype), "shape": value.shape, "of": text}
        case bytes() | bytearray():
            return {KIND: "bytes", "of": base64.b64encode(value).decode()}
        case Mapping():
            return _packed_mapping(value, place, into)
        case list():
            return _packed_items(value, place, into)
        case tuple():
            return {KIND: "tuple", "of": _packed_items(value, place, into)}
        case set() | frozenset():
            return {KIND: "set", "of": _packed_items(value, place, into)}
        case _:
            raise _NotPlain


def _packed_items(values: Any, place: str, into: Packed) -> list[Any]:
    return [_packed(value, f"{place}.{i}", into) for i, value in enumerate(values)]


def _packed_mapping(value: Mapping[Any, Any], place: str, into: Packed) -> dict[str, Any]:
    items = []
    for key, inner in value.items():
        at = f"{place}.{key}" if place else str(key)
        try:
            items.append((_packed(key, at, into), _packed(inner, at, into)))
        except _NotPlain:
            into.left_out.append(at)
    if all(isinstance(key, str) and key != KIND for key, _ in items):
        return dict(items)
    return {KIND: "dict", "of": items}


def _packed_tensor(value: Tensor, place: str, into: Packed) -> dict[str, Any]:
    if value.layout is not torch.strided or value.is_quantized:
        raise _NotPlain
    if value.numel() * value.element_size() > INLINE:
        name, number = place, 2
        while name in into.tensors:
            name, number = f"{place}-{number}", number + 1
        into.tensors[name] = value.detach()
        return {KIND: "tensor", "name": name}
    raw = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    text = base64.b64encode(raw).decode()
    dtype = str(value.dtype).removeprefix("torch.")
    return {KIND: "tensor", "dtype": dtype, "shape": list(value.shape), "of": text}


def _tensor_of(data: Mapping[str, Any]) -> Tensor:
    raw, dtype = bytearray(_bytes_of(data)), getattr(torch, data["dtype"])
    if not raw:
        return torch.empty(data["shape"], dtype=dtype)
    return torch.frombuffer(raw, dtype=torch.uint8).view(dtype).reshape(data["shape"])


def _bytes_of(data: Mapping[str, Any]) -> bytes:
    return base64.b64decode(data["of"])
