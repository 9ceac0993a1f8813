"""Host classes that a plain call of torch replaces where enough is known of a call.

A function gets the call as it stands in a body, and what is passed; None where the class is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from neuroscript.codegen.writer import Text
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract, Known


class Site(Protocol):
    """What such a function may ask for."""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes that arrive, as inferred."""

    def known(self, name: str) -> Abstract:
        """A parameter's value as far as it is known."""

    def argument(self, name: str) -> str:
        """A parameter as an expression of `forward`."""


def attention(site: Site, inputs: Sequence[str]) -> Text | None:
    """Torch's own function: for one head of as many keys as queries, if that matters."""
    heads, window = site.known("num_heads"), site.known("window")
    causal, dropout, scale = (site.known(name) for name in ("causal", "dropout", "scale"))
    if heads != Dim.const(1) or window != Dim(()) or not isinstance(causal, Known):
        return None
    rates = (dropout, scale)
    if not all(isinstance(rate, Known) for rate in rates) or dropout == Known(1.0):
        return None
    query, key, value = site.shapes
    if not _same_front(query, key) or not _same_front(query, value):
        return None
    if causal.value and _length(query) != _length(key):
        return None
    options = []
    if dropout != Known(0.0):
        options.append(f"dropout_p={site.argument('dropout')} if self.training else 0.0")
    if causal.value:
        options.append("is_causal=True")
    if scale != Known(0.0):
        options.append(f"scale={site.argument('scale')}")
    return "nn.functional.scaled_dot_product_attention(", [*inputs, *options], ")"


def _same_front(one: Shape, other: Shape) -> bool:
    """Whether all but the last two axes are certainly the same."""
    return one.seq == other.seq and _front(one) == _front(other)


def _front(shape: Shape) -> tuple[Dim, ...]:
    return shape.dims[:-2]


def _length(shape: Shape) -> Dim:
    return shape.dims[-2]


INLINED: Mapping[str, Callable[[Site, Sequence[str]], Text | None]] = {"attention": attention}
"""By what `inline` says in a library file."""
