"""Library neurons whose Python depends on more than their arguments' texts.

An emitter gets the call as it stands in a body and returns an expression for its result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract, kind_of


class Site(Protocol):
    """What an emitter may ask for."""

    @property
    def shape(self) -> Shape:
        """The shape that arrives, as inferred."""

    def known(self, name: str) -> Abstract | None:
        """A parameter's value as far as it is known; None in a class that serves any value."""

    def argument(self, name: str) -> str:
        """A parameter as an expression of `forward`."""

    def attribute(self, wanted: str, text: str) -> str:
        """Keep an expression of `__init__` as an attribute; how `forward` reads it."""

    def buffer(self, wanted: str, text: str) -> str:
        """The same, as a buffer."""

    def in_init(self, name: str) -> str:
        """A parameter as an expression of `__init__`."""

    def module(self, module: str, name: str) -> str:
        """Construct the host class of that name in `__init__`; the expression that reads it."""


def transpose(site: Site, x: str) -> str:
    dims, other = site.argument("dims"), site.argument("other")
    known = site.known("dims")
    if known is None:
        swapped = f"{x}.transpose({dims}, {other})"
        return f"{swapped} if isinstance({dims}, int) else {x}.permute(*{dims})"
    if kind_of(known) == "list":
        axes = dims[1:-1] if dims.startswith("[") else f"*{dims}"
        return f"{x}.permute({axes})"
    return f"{x}.transpose({dims}, {other})"


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


def slice_(site: Site, x: str) -> str:
    dim, start, end = site.argument("dim"), site.argument("start"), site.argument("end")
    step = site.argument("step")
    if site.known("dim") is None:
        end = f"None if {end} == -1 else {end}"
        return f"{x}.transpose(0, {dim})[slice({start}, {end}, {step})].transpose(0, {dim})"
    end = "" if end == "-1" else end
    start = "" if start == "0" else start
    bounds = [start, end] if step == "1" else [start, end, step]
    part = _bounds(bounds)
    if dim.isdigit():
        return f"{x}[{':, ' * int(dim)}{part}]"
    if dim[:1] == "-" and dim[1:].isdigit():
        return f"{x}[..., {part}{', :' * (int(dim[1:]) - 1)}]"
    return f"{x}.transpose(0, {dim})[{part}].transpose(0, {dim})"


def _bounds(bounds: list[str]) -> str:
    """A slice as formatters write it: its colons stand apart when a bound is more than a name."""
    if all(re.fullmatch(r"-?\w*", bound) for bound in bounds):
        return ":".join(bounds)
    return re.sub(r" {2,}", " ", " : ".join(bounds).strip())


def pad(site: Site, x: str) -> str:
    padding = site.argument("padding").removeprefix("[").removesuffix("]")
    value, mode = site.argument("value"), site.argument("mode")
    more = f", value={value}" if value != "0.0" else ""
    more += f", mode={mode}" if mode != '"constant"' else ""
    return f"nn.functional.pad({x}, ({padding}){more})"


def crop(site: Site, x: str) -> str:
    """The middle: what stands before it is cut first, then what stands behind it."""
    height, width = site.argument("target_height"), site.argument("target_width")
    top, left = f"({x}.shape[-2] - {height}) // 2", f"({x}.shape[-1] - {width}) // 2"
    return f"{x}[..., {top} :, {left} :][..., :{height}, :{width}]"


def cast(site: Site, x: str) -> str:
    text = site.argument("dtype")
    name = text.strip('"')
    if name == text:  # given later
        names = '{"int": "int64", "complex": "complex64"}'
        return f"{x}.to(getattr(torch, {names}.get({text}, {text})))"
    short = {"float": "float", "int": "long", "bool": "bool"}
    if name in short:
        return f"{x}.{short[name]}()"
    return f"{x}.to(torch.{'complex64' if name == 'complex' else name})"


def parameter(site: Site, _: str) -> str:
    shape = site.in_init("shape").removeprefix("[").removesuffix("]")
    std, value = site.in_init("std"), site.in_init("value")
    if std == "0.0":
        size = f"({shape},)" if site.in_init("shape").startswith("[") else shape
        start = f"torch.full({size}, {value})" if value != "0.0" else f"torch.zeros({shape})"
    else:
        start = f"torch.randn({shape}) * {std}"
        start += f" + {value}" if value != "0.0" else ""
    return site.attribute("parameter", f"nn.Parameter({start})")


def constant(site: Site, _: str) -> str:
    return site.buffer("constant", f"torch.tensor({site.in_init('value')})")


EMITTERS: Mapping[str, Callable[[Site, str], str]] = {
    "transpose": transpose,
    "reshape": reshape,
    "slice": slice_,
    "pad": pad,
    "crop": crop,
    "cast": cast,
    "parameter": parameter,
    "constant": constant,
    "batch_norm": batch_norm,
    "global_mean": global_mean,
    "global_max": global_max,
}
