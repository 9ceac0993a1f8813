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


@dataclass(frozen=True, slots=True)
class GlobalValue:
    """`@global name`."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class CallValue:
    """`Linear(d, d)` as a value: a neuron that is not applied here."""

    call: Call
    span: Span


@dataclass(frozen=True, slots=True)
class MemberValue:
    """`layers[i]` or `layers.ffn[i]`."""

    name: Name
    member: Name | None
    index: Value
    span: Span


@dataclass(frozen=True, slots=True)
class BlockValue:
    """The body of a `@wrap` as a neuron without a name."""

    block: Block
    span: Span


Value = (
    Literal
    | NameValue
    | ListValue
    | Unary
    | Binary
    | GlobalValue
    | CallValue
    | MemberValue
    | BlockValue
)


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
    """A name in a connection: a port, a named value, a binding.

    `port` is the `.left` or `.0` behind it, `at` the index of a member of an aggregate.
    """

    name: Name
    port: str | int | None
    span: Span
    at: Value | None = None


@dataclass(frozen=True, slots=True)
class TupleStep:
    """`(a, b)`: several values together, or names for several values."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """`if condition: block`, or `elif`."""

    condition: Value
    block: Block
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """Decided when the neuron is constructed."""

    branches: tuple[Branch, ...]
    otherwise: Block | None
    span: Span


@dataclass(frozen=True, slots=True)
class PortPattern:
    """One port of a contract arm."""

    name: Name | None
    shape: ShapeExpr


@dataclass(frozen=True, slots=True)
class Contract:
    """`in [b, d] -> out [b, d]`: a pattern on the signature of a neuron."""

    inputs: tuple[PortPattern, ...]
    outputs: tuple[PortPattern, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Arm:
    pattern: ShapeExpr | Contract
    guard: Value | None
    block: Block
    span: Span
    """Of the pattern and the guard."""


@dataclass(frozen=True, slots=True)
class Match:
    """By the shape that arrives when it runs, or by the signature of a parameter."""

    param: Name | None
    arms: tuple[Arm, ...]
    span: Span
    """Of the head."""


@dataclass(frozen=True, slots=True)
class Wrap:
    """`@wrap(W, a): target`: the value goes through `W(target, a)`."""

    args: tuple[Argument, ...]
    target: Node | Block
    span: Span


@dataclass(frozen=True, slots=True)
class NamedDim:
    """`e = d/h` in a rearrangement: a size, and a name for it from here on."""

    name: Name
    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Others:
    """`others`: the axes that nothing else mentions."""

    span: Span


RearrangeDim = StarDim | NamedDim | Others | Value


@dataclass(frozen=True, slots=True)
class Rearrange:
    """`=> [..]`, perhaps with `@reduce(..)` or `@repeat(..)`."""

    annotation: Name | None
    operation: Name | Call | None
    dims: tuple[RearrangeDim, ...]
    span: Span


Step = Call | Node | TupleStep | If | Match | Wrap | Rearrange


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


# --- context


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if c: F(a) elif d: G(a) else: H(a)` as the value of a binding."""

    branches: tuple[tuple[Value, Value], ...]
    otherwise: Value | None
    span: Span


@dataclass(frozen=True, slots=True)
class Binding:
    """`name = value` in a context; `annotation` is `lazy`, `static` or what else stands there."""

    annotation: Name | None
    name: Name
    value: Value | Conditional
    span: Span


@dataclass(frozen=True, slots=True)
class Unroll:
    """`name = unroll(count) as index:` with a body of bindings."""

    name: Name
    count: Value
    index: Name | None
    items: tuple[Item, ...]
    span: Span
    """Of the head."""


Item = Binding | Unroll


# --- declarations


@dataclass(frozen=True, slots=True)
class Use:
    """`use local,blocks/attn/Flash as Fast`."""

    provider: Name
    path: tuple[Name, ...]
    """`..` and `*` are parts like others."""
    alias: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Global:
    """`@global name = value`."""

    name: Name
    value: Value
    span: Span


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
    items: tuple[Item, ...]
    """Of all `context:` sections, in order."""
    doc: Doc | None
    span: Span
    """From the word `neuron` to the `:` of its header."""
    damaged: bool = False
    """Whether lines of it were left out because they did not parse."""


@dataclass(frozen=True, slots=True)
class Program:
    source: Source
    neurons: tuple[Neuron, ...]
    uses: tuple[Use, ...] = ()
    globals: tuple[Global, ...] = ()
    stray_docs: tuple[Doc, ...] = ()
    """Documentation that no neuron follows."""
