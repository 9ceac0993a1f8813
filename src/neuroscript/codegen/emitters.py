"""Library neurons whose Python depends on more than their arguments' texts.

An emitter gets the call as it stands in a body, and the inputs, and returns an expression for the
result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from neuroscript.codegen.templates import Parameters
from neuroscript.codegen.writer import Text
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract, kind_of


class Site(Protocol):
    """What an emitter may ask for."""

    @property
    def shape(self) -> Shape:
        """The shape that arrives, as inferred."""

    def known(self, name: str) -> Abstract | None:
        """A parameter's value as far as it is known; None in a class that serves any value."""

    def argument(self, name: str, strength: int = 0) -> str:
        """A parameter as an expression of `forward`."""

    def is_default(self, name: str) -> bool:
        """Whether a parameter is known to have its default."""

    def neuron(self, name: str) -> str:
        """How `forward` reads the neuron that a parameter is; one that is new here is kept."""

    def buffer(self, wanted: str, text: str) -> str:
        """The same, as a buffer."""

    def in_init(self, name: str) -> str:
        """A parameter as an expression of `__init__`."""


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


def _over_places(site: Site, x: str, method: str) -> str:
    rank = site.shape.rank
    axes = (
        f"({', '.join(str(axis) for axis in range(2, rank))})"
        if rank is not None and rank > 3
        else "2" if rank == 3 else f"tuple(range(2, {x}.ndim))"
    )  # fmt: skip
    keepdim = site.argument("keepdim")
    return f"{x}.{method}({axes}{'' if keepdim == 'False' else f', keepdim={keepdim}'})"


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
    padding, known = site.argument("padding"), site.known("padding")
    both = f"({padding}, {padding})"
    if known is None:
        widths = f"{both} if isinstance({padding}, int) else tuple({padding})"
    elif kind_of(known) == "list":
        widths = f"({padding[1:-1]})" if padding.startswith("[") else padding
    else:
        widths = both
    more = ""
    for name in ("value", "mode"):
        more += "" if site.is_default(name) else f", {name}={site.argument(name)}"
    return f"nn.functional.pad({x}, {widths}{more})"


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


def clone(site: Site, x: str) -> str:
    detach = site.argument("detach")
    if detach in ("True", "False"):
        return f"{x}.detach().clone()" if detach == "True" else f"{x}.clone()"
    return f"({x}.detach() if {detach} else {x}).clone()"


def interpolate(site: Site, x: str) -> str:
    """To a size if one is given, else by a factor."""
    size, factor = site.argument("size"), site.argument("scale_factor")
    if site.known("size") is None:
        target = f"size={size} or None, scale_factor=None if {size} else {factor}"
    else:
        target = f"scale_factor={factor}" if site.is_default("size") else f"size={_tuple(size)}"
    more = "" if site.is_default("mode") else f", mode={site.argument('mode')}"
    corners = site.argument("align_corners")
    if corners != "False":  # with other modes torch refuses anything but None
        more += f", align_corners={corners}" + ("" if corners == "True" else " or None")
    return f"nn.functional.interpolate({x}, {target}{more})"


def _tuple(text: str) -> str:
    if not text.startswith("["):
        return text
    return f"({text[1:-1]}{',' if text != '[]' and ',' not in text else ''})"


def reparameterize(_: Site, mean: str, logvar: str) -> str:
    noisy = f"{mean} + torch.randn_like({mean}) * torch.exp(0.5 * {logvar})"
    return f"{noisy} if self.training else {mean}"


def last_state(site: Site, state: str) -> str:
    """The top layer's, both directions side by side."""
    both = site.argument("bidirectional")
    one, two = f"{state}[-1]", f"{state}[-2:].transpose(0, 1).flatten(1)"
    if both in ("True", "False"):
        return two if both == "True" else one
    return f"{two} if {both} else {one}"


def dot_interaction(site: Site, x: str) -> str:
    """The products of all pairs, of which those below the diagonal are picked."""
    fields = site.shape.prefix[1].constant if site.shape.rank == 3 else None
    size = f"{x}.shape[1]" if fields is None else str(fields)
    pairs = f"torch.tril_indices({size}, {size}, -1, device={x}.device)"
    return f"({x} @ {x}.mT)[:, *{pairs}]"


def tied_linear(site: Site, x: str) -> str:
    return f"nn.functional.linear({x}, {site.neuron('embedding')}.weight)"


def constant(site: Site) -> str:
    return site.buffer("constant", f"torch.tensor({site.in_init('value')})")


def parameter(start: Parameters) -> Text:
    shape, std, value = (start.argument(name) for name in ("shape", "std", "value"))
    sizes = _tuple(shape)
    if not start.is_default("std"):
        values = f"torch.normal({value}, {std}, {sizes})"
    elif start.is_default("value"):
        values = f"torch.zeros({shape[1:-1] if shape.startswith('[') else shape})"
    else:
        values = f"torch.full({sizes}, {value})"
    return "nn.Parameter(", [values], ")"


def weight_norm(start: Parameters) -> Text:
    sizes = f"{start.argument('in_features')}, {start.argument('out_features')}"
    bias = "" if start.is_default("bias") else f", bias={start.argument('bias')}"
    dim = [] if start.is_default("dim") else [f"dim={start.argument('dim')}"]
    made = f"nn.Linear({sizes}{bias})"
    return "nn.utils.parametrizations.weight_norm(", [made, *dim], ")"


STATES: Mapping[str, Callable[[Parameters], Text]] = {
    "parameter": parameter,
    "weight_norm": weight_norm,
}
"""What such neurons keep, as expressions of `__init__`."""

KEEPING = frozenset({"constant"})
"""Emitters that keep something each time they write."""

EMITTERS: Mapping[str, Callable[..., str]] = {
    "transpose": transpose,
    "slice": slice_,
    "pad": pad,
    "crop": crop,
    "cast": cast,
    "constant": constant,
    "clone": clone,
    "interpolate": interpolate,
    "reparameterize": reparameterize,
    "last_state": last_state,
    "tied_linear": tied_linear,
    "dot_interaction": dot_interaction,
    "global_mean": global_mean,
    "global_max": global_max,
}
