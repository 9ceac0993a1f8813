"""Library neurons whose Python depends on more than their arguments' texts.

An emitter gets the call as it stands in a body and returns an expression for its result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract


class Site(Protocol):
    """What an emitter may ask for."""

    @property
    def shape(self) -> Shape:
        """The shape that arrives, as inferred."""

    def given(self, name: str) -> Abstract:
        """A parameter's value as far as it is known."""

    def argument(self, name: str) -> str:
        """A parameter as an expression of `forward`."""

    def module(self, module: str, name: str) -> str:
        """Construct the host class of that name in `__init__`; the expression that reads it."""


def transpose(site: Site, x: str) -> str:
    dims = site.given("dims")
    if isinstance(dims, tuple):
        return f"{x}.permute({site.argument('dims').removeprefix('[').removesuffix(']')})"
    return f"{x}.transpose({site.argument('dims')}, {site.argument('other')})"


def reshape(site: Site, x: str) -> str:
    return f"{x}.reshape({site.argument('target_shape').removeprefix('[').removesuffix(']')})"


def batch_norm(site: Site, x: str) -> str:
    """nn.BatchNorm1d for rows and sequences, 2d for images, 3d for volumes, by the rank."""
    classes = {2: "BatchNorm1d", 3: "BatchNorm1d", 4: "BatchNorm2d", 5: "BatchNorm3d"}
    rank = site.shape.rank
    if rank in classes:
        return f"{site.module('torch.nn', classes[rank])}({x})"
    return f"{site.module('neuroscript.primitives', 'BatchNorm')}({x})"


def _over_places(site: Site, x: str, method: str) -> str:
    rank = site.shape.rank
    axes = (
        f"({', '.join(str(axis) for axis in range(2, rank))})"
        if rank is not None and rank > 3
        else "2" if rank == 3 else f"tuple(range(2, {x}.ndim))"
    )  # fmt: skip
    return f"{x}.{method}({axes}, keepdim={site.argument('keepdim')})"


def global_mean(site: Site, x: str) -> str:
    return _over_places(site, x, "mean")


def global_max(site: Site, x: str) -> str:
    return _over_places(site, x, "amax")


EMITTERS: Mapping[str, Callable[[Site, str], str]] = {
    "transpose": transpose,
    "reshape": reshape,
    "batch_norm": batch_norm,
    "global_mean": global_mean,
    "global_max": global_max,
}
