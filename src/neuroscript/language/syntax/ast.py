"""The syntax tree of a `.ns` file: frozen nodes, each with the span it was written at.

Unions are closed: a `match` over one ends in `assert_never`, so that a new construct shows the
type checker every place that has to learn it.
"""

from __future__ import annotations

from neuroscript.diagnostics import Source, Span, record


@record
class Name:
    """An identifier where it stands."""

    text: str
    span: Span

    def __str__(self) -> str:
        return self.text


# --- values


@record
class Literal:
    """A number, string, `true`, `false` or `none`."""

    value: int | float | str | bool | None
    span: Span


@record
class NameValue:
    """A name in an argument: a parameter."""

    name: str
    span: Span


@record
class ListValue:
    items: tuple[Value, ...]
    span: Span


@record
class Unary:
    """`-x` or `not x`."""

    operator: str
    operand: Value
    span: Span


@record
class Binary:
    """`left operator right`; `||`, `&&` and `!` are spelt `or`, `and` and `not`."""

    operator: str
    left: Value
    right: Value
    span: Span


@record
class GlobalValue:
    """`@global name`."""

    name: str
    span: Span


@record
class CallValue:
    """`Linear(d, d)` as a value: a neuron that is not applied here."""

    call: Call
    span: Span


@record
class MemberValue:
    """`layers[i]` or `layers.ffn[i]`."""

    name: Name
    member: Name | None
    index: Value
    span: Span


@record
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


@record
class StarDim:
    """`*` or `*name`: any dims at the start, or one anonymous dim elsewhere."""

    name: str | None
    span: Span


ShapeDim = StarDim | Value
"""A dimension is written as a value over integers, names, `+ - * /`."""


@record
class ShapeExpr:
    dims: tuple[ShapeDim, ...]
    span: Span


# --- dataflow


@record
class Argument:
    keyword: Name | None
    value: Value
    span: Span


@record
class Call:
    """`Linear(2, 4)`: a new instance, applied."""

    name: Name
    args: tuple[Argument, ...]
    span: Span


@record
class Node:
    """A name in a connection: a port, a named value, a binding.

    `port` is the `.left` or `.0` behind it, `at` the index of a member of an aggregate.
    """

    name: Name
    port: str | int | None
    span: Span
    at: Value | None = None


@record
class TupleStep:
    """`(a, b)`: several values together, or names for several values."""

    items: tuple[Node, ...]
    span: Span


@record
class Branch:
    """`if condition: block`, or `elif`."""

    condition: Value
    block: Block
    span: Span


@record
class If:
    """Decided when the neuron is constructed."""

    branches: tuple[Branch, ...]
    otherwise: Block | None
    span: Span


@record
class PortPattern:
    """One port of a contract arm."""

    name: Name | None
    shape: ShapeExpr


@record
class Contract:
    """`in [b, d] -> out [b, d]`: a pattern on the signature of a neuron."""

    inputs: tuple[PortPattern, ...]
    outputs: tuple[PortPattern, ...]
    span: Span


@record
class Arm:
    pattern: ShapeExpr | Contract
    guard: Value | None
    block: Block
    span: Span
    """Of the pattern and the guard."""


@record
class Match:
    """By the shape that arrives when it runs, or by the signature of a parameter."""

    param: Name | None
    arms: tuple[Arm, ...]
    span: Span
    """Of the head."""


@record
class Wrap:
    """`@wrap(W, a): target`: the value goes through `W(target, a)`."""

    args: tuple[Argument, ...]
    target: Node | Block
    span: Span


@record
class NamedDim:
    """`e = d/h` in a rearrangement: a size, and a name for it from here on."""

    name: Name
    value: Value
    span: Span


@record
class Others:
    """`others`: the axes that nothing else mentions."""

    span: Span


RearrangeDim = StarDim | NamedDim | Others | Value


@record
class Rearrange:
    """`=> [..]`, perhaps with `@reduce(..)` or `@repeat(..)`."""

    annotation: Name | None
    operation: Name | Call | None
    dims: tuple[RearrangeDim, ...]
    span: Span


Step = Call | Node | TupleStep | If | Match | Wrap | Rearrange


@record
class Line:
    """One line of a graph: steps, then perhaps an indented block that goes on from them."""

    steps: tuple[Step, ...]
    block: Block | None
    continues: bool
    """Whether it begins with an arrow."""
    span: Span


@record
class Block:
    lines: tuple[Line, ...]
    span: Span


# --- context


@record
class Conditional:
    """`if c: F(a) elif d: G(a) else: H(a)` as the value of a binding."""

    branches: tuple[tuple[Value, Value], ...]
    otherwise: Value | None
    span: Span


@record
class Binding:
    """`name = value` in a context; `annotation` is `lazy`, `static` or what else stands there."""

    annotation: Name | None
    name: Name
    value: Value | Conditional
    span: Span


@record
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


@record
class Use:
    """`use local,blocks/attn/Flash as Fast`."""

    provider: Name
    path: tuple[Name, ...]
    """`..` and `*` are parts like others."""
    alias: Name | None
    span: Span


@record
class Global:
    """`@global name = value`."""

    name: Name
    value: Value
    span: Span


@record
class Param:
    name: Name
    kind: Name | None
    default: Value | None
    span: Span


@record
class Port:
    """`name` is None for an unnamed port."""

    name: Name | None
    shape: ShapeExpr
    dtype: str | None
    variadic: bool
    span: Span


@record
class HostPath:
    """`torch,nn/Linear`: provider and path."""

    provider: Name
    path: tuple[Name, ...]
    span: Span


@record
class External:
    """`external(module="my.layers", name="Fancy")`."""

    args: tuple[Argument, ...]
    span: Span


Host = HostPath | External


@record
class Impl:
    host: Host
    span: Span


@record
class Graph:
    block: Block
    span: Span


@record
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


@record
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
    """Whether lines of it were left out because they did not parse, or stand too deep."""


@record
class Program:
    source: Source
    neurons: tuple[Neuron, ...]
    uses: tuple[Use, ...] = ()
    globals: tuple[Global, ...] = ()
    stray_docs: tuple[Doc, ...] = ()
    """Documentation that no neuron follows."""
