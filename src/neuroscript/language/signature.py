"""A neuron's signature, for everyone outside the language: ports, parameters, documentation."""

from __future__ import annotations

from typing import Any

from neuroscript.diagnostics import Span, record
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.shape import Shape


@record
class Port:
    """An input or output.

    `shape` has an int for each size that is known, else its name or formula as text; any number
    of dims is `"*"` or `"*name"`. `dtype` is `float`, `int`, `bool` or `complex`.
    """

    name: str
    named: bool
    """Whether the neuron names it; unnamed ports are called `in` and `out`."""

    shape: tuple[int | str, ...]
    dtype: str
    span: Span
    last: str | None = None
    """Of an output: the library neuron that makes it."""

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.shape))}]" + (
            "" if self.dtype == "float" else f" {self.dtype}"
        )


@record
class Param:
    """A parameter; `default` is Ellipsis where one has to be given."""

    name: str
    default: Any
    kind: str
    text: str
    """As it is declared: `hidden=8`."""


@record
class Signature:
    """What a neuron takes and gives.

    `str()` of it reads as its declaration: `XOR(hidden=8): [batch, 2] -> [batch, 1]`.
    """

    name: str
    params: tuple[Param, ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    doc: str
    span: Span

    @property
    def ports(self) -> str:
        """`[batch, 2] -> [batch, 1]`, with names where ports have them."""
        return f"{_ports(self.inputs)} -> {_ports(self.outputs)}"

    def __str__(self) -> str:
        params = f"({', '.join(param.text for param in self.params)})" if self.params else ""
        return f"{self.name}{params}: {self.ports}"


def _ports(ports: tuple[Port, ...]) -> str:
    return ", ".join(f"{port.name} {port}" if port.named else str(port) for port in ports) or "()"


def sizes(shape: Shape) -> tuple[int | str, ...]:
    """A shape as numbers where they are known, and as text."""
    seq = (repr(shape.seq),) if shape.seq is not None else ()
    return (*map(_size, shape.prefix), *seq, *map(_size, shape.suffix))


def _size(dim: Dim) -> int | str:
    return repr(dim) if dim.constant is None else dim.constant
