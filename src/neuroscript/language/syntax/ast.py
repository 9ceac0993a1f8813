"""The syntax tree of a `.ns` file: frozen nodes, each with the span it was written at.

Unions are closed: a `match` over one ends in `assert_never`, so that a new construct shows the
type checker every place that has to learn it.
"""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Source, Span


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier where it stands."""

    text: str
    span: Span

    def __str__(self) -> str:
        return self.text


# --- values


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, string, `true`, `false` or `none`."""

    value: int | float | str | bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class NameValue:
    """A name in an argument: a parameter."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class ListValue:
    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` or `not x`."""

    operator: str
    operand: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`; `||`, `&&` and `!` are spelt `or`, `and` and `not`."""

    operator: str
    left: Value
    right: Value
    span: Span


Value = Literal | NameValue | ListValue | Unary | Binary


# --- shapes


@dataclass(frozen=True, slots=True)
class StarDim:
    """`*` or `*name`: any dims at the start, or one anonymous dim elsewhere."""

    name: str | None
    span: Span


ShapeDim = StarDim | Value
"""A dimension is written as a value over integers, names, `+ - * /`."""


@dataclass(frozen=True, slots=True)
class ShapeExpr:
    dims: tuple[ShapeDim, ...]
    span: Span


# --- dataflow


@dataclass(frozen=True, slots=True)
class Argument:
    keyword: Name | None
    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`Linear(2, 4)`: a new instance, applied."""

    name: Name
    args: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Node:
    """A name in a connection: a port, a named value; `port` is the `.left` or `.0` behind it."""

    name: Name
    port: str | int | None
    span: Span


@dataclass(frozen=True, slots=True)
class TupleStep:
    """`(a, b)`: several values together, or names for several values."""

    items: tuple[Node, ...]
    span: Span


Step = Call | Node | TupleStep


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a graph: steps, then perhaps an indented block that goes on from them."""

    steps: tuple[Step, ...]
    block: Block | None
    continues: bool
    """Whether it begins with an arrow."""
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    lines: tuple[Line, ...]
    span: Span


# --- declarations


@dataclass(frozen=True, slots=True)
class Param:
    name: Name
    kind: Name | None
    default: Value | None
    span: Span


@dataclass(frozen=True, slots=True)
class Port:
    """`name` is None for an unnamed port."""

    name: Name | None
    shape: ShapeExpr
    dtype: str | None
    variadic: bool
    span: Span


@dataclass(frozen=True, slots=True)
class HostPath:
    """`torch,nn/Linear`: provider and path."""

    provider: Name
    path: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class External:
    """`external(module="my.layers", name="Fancy")`."""

    args: tuple[Argument, ...]
    span: Span


Host = HostPath | External


@dataclass(frozen=True, slots=True)
class Impl:
    host: Host
    span: Span


@dataclass(frozen=True, slots=True)
class Graph:
    block: Block
    span: Span


@dataclass(frozen=True, slots=True)
class Doc:
    """The `///` lines before a neuron, without their marks."""

    lines: tuple[str, ...]
    span: Span

    @property
    def brief(self) -> str:
        """The first line that says something."""
        return next((line.strip() for line in self.lines if line.strip()), "")

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


@dataclass(frozen=True, slots=True)
class Neuron:
    name: Name
    params: tuple[Param, ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    impls: tuple[Impl, ...]
    graphs: tuple[Graph, ...]
    doc: Doc | None
    span: Span
    """From the word `neuron` to the `:` of its header."""
    damaged: bool = False
    """Whether lines of it were left out because they did not parse."""


@dataclass(frozen=True, slots=True)
class Program:
    source: Source
    neurons: tuple[Neuron, ...]
    stray_docs: tuple[Doc, ...] = ()
    """Documentation that no neuron follows."""
