"""Inputs brought to one scale on their way into the model, as learnt on the training data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn

from neuroscript.config import Config, ConfigError
from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.columns import Column, ColumnLoader, Ragged
from neuroscript.contracts.dataloader.columns.column import parts
from neuroscript.contracts.dataloader.columns.moments import Moments, moments
from neuroscript.contracts.dataloader.ecosystem import as_batch
from neuroscript.training.batch import TARGET, Ports
from neuroscript.training.settings import NotNormalised

Kind: TypeAlias = Literal["none", "standard", "minmax"]


@dataclass(frozen=True, slots=True)
class Normal:
    """What an input becomes: `(value - shift) * scale`, feature by feature; plain data.

    `standard` gives each feature a mean of 0 and a deviation of 1, `minmax` a range of 0 to 1.
    A feature that never varies becomes 0.
    """

    kind: str
    shift: tuple[float, ...]
    scale: tuple[float, ...]
    dim: int
    """Which dimension of a batch the features are: the second of images, else the last."""

    def __call__(self, value: Tensor) -> Tensor:
        shift, scale = _tensors(self, value.dtype, value.device, value.dim())
        return (value - shift) * scale

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "shift": list(self.shift),
            "scale": list(self.scale),
            "dim": self.dim,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Normal:
        """What `as_data` described."""
        shift, scale = (tuple(map(float, data[key])) for key in ("shift", "scale"))
        return cls(data["kind"], shift, scale, data["dim"])


class Normalised(nn.Module):
    """A model that takes inputs as they stand in the data: what is exported."""

    def __init__(self, model: nn.Module, normals: Sequence[Normal | None]) -> None:
        super().__init__()
        self.model = model
        self.normals = tuple(normals)

    def forward(self, *inputs: Tensor) -> Any:
        """What the model gives for the inputs, each brought to its scale."""
        pairs = zip(inputs, self.normals, strict=True)
        return self.model(*(normal(value) if normal else value for value, normal in pairs))


def learn_normals(
    config: Config, loader: DataLoaderContract, ports: Ports, fractions: Sequence[bool]
) -> tuple[Normal | None, ...]:
    """For each input how it is normalised, learnt on the training data alone.

    `fractions` tells which inputs the neuron takes as fractions: tokens and masks are left as
    they are. Raises ConfigError at `data.normalize` for an input that cannot be normalised.
    """
    kinds = _kinds(config, ports, dict(zip(ports.inputs, fractions, strict=True)))
    if not kinds:
        return ()
    return tuple(
        _learnt(kinds[name], _values(loader, ports, name)) if name in kinds else None
        for name in ports.inputs
    )


def normal_notices(inputs: Sequence[str], normals: Sequence[Normal | None]) -> list[str]:
    """What is normalised, in words for the plan."""
    told = zip(inputs, normals, strict=False)
    return [
        f"{name} normalised ({normal.kind}), as learnt on the training data"
        for name, normal in told
        if normal is not None
    ]


def _kinds(config: Config, ports: Ports, fractions: Mapping[str, bool]) -> dict[str, str]:
    asked: str | Mapping[str, str] = config.data.normalize
    if isinstance(asked, str):
        wanted = {name: asked for name in ports.asked if fractions[name]}
        if asked != "none" and not wanted:
            raise ConfigError(
                [NotNormalised(config.place("data.normalize"), None, list(ports.asked))]
            )
    else:
        wanted = dict(asked)
        for name in wanted:
            if name not in ports.asked or not fractions[name]:
                place = config.place_of_key(f"data.normalize.{name}")
                reasons = [NotNormalised(place, name, list(ports.asked))]
                raise ConfigError(reasons)
    return {name: kind for name, kind in wanted.items() if kind != "none"}


def _values(loader: DataLoaderContract, ports: Ports, name: str) -> tuple[int, Iterator[Tensor]]:
    """The dimension of an input's features, and its values as `[values, features]` in turn."""
    if isinstance(loader, ColumnLoader):
        given = loader.table.inputs
        column = next(iter(given.values())) if len(given) == 1 else given[name]
        dim = _feature_dim(column.dim() if isinstance(column, Tensor) else len(column.shape))
        return (dim if not _single(column) else 0), (
            _by_feature(values, dim, column) for _, _, values in parts(column)
        )
    first = _input(next(iter(loader)), ports, name)
    dim = _feature_dim(first.dim())
    batches = (_input(batch, ports, name) for batch in loader)
    return dim if first.dim() > 1 else 0, (_by_feature(value, dim, value) for value in batches)


def _input(batch: Any, ports: Ports, name: str) -> Tensor:
    given = {key: value for key, value in as_batch(batch).items() if key != TARGET}
    return ports.from_data(ports.unpack(given)[0])[name]


def _feature_dim(rank: int) -> int:
    """Of a batch with so many dimensions: channels come first, features last."""
    return 1 if rank > 3 else -1


def _single(column: Column) -> bool:
    """Whether a step is one number, so that all steps share their scale."""
    return (column.values if isinstance(column, Ragged) else column).dim() < 2


def _by_feature(values: Tensor, dim: int, column: Column) -> Tensor:
    if values.dim() < 2:
        return values[:, None]
    channels = 1 if dim == 1 and not isinstance(column, Ragged) else -1
    return values.movedim(channels, -1).flatten(0, -2)


def _learnt(kind: str, values: tuple[int, Iterator[Tensor]]) -> Normal | None:
    dim, of_features = values
    found: Moments | None = moments(of_features)
    if found is None:
        return None
    if kind == "standard":
        shift, width = found.mean, found.deviation
    else:
        shift, width = found.least, found.greatest - found.least
    constant = found.greatest == found.least
    shift = torch.where(constant, found.least, shift)
    scale = torch.where(constant, 1.0, 1.0 / torch.where(constant, 1.0, width))
    return Normal(kind, tuple(shift.tolist()), tuple(scale.tolist()), dim)


@lru_cache(maxsize=64)
def _tensors(
    normal: Normal, dtype: torch.dtype, device: torch.device, rank: int
) -> tuple[Tensor, Tensor]:
    """Shift and scale in the form in which a batch takes them."""
    shape = [1] * rank
    if normal.dim != 0:
        shape[normal.dim] = len(normal.shift)
    shift, scale = (
        torch.tensor(numbers, dtype=dtype, device=device).reshape(shape)
        for numbers in (normal.shift, normal.scale)
    )
    return shift, scale
