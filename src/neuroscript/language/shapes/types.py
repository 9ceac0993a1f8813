"""What inference knows about tensors and neurons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from neuroscript.diagnostics import Diagnostic, Span, record, unique
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Choice, Flow
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors import Origin
from neuroscript.language.shapes.rearrange import Plan
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract, NeuronValue


@record
class TypeVar:
    """An element type that is not known yet."""

    number: int


DType = str | TypeVar


@record
class TensorType:
    shape: Shape
    dtype: DType
    origins: tuple[Origin | None, ...] = ()
    """What explains each of `shape.dims`; may be shorter."""

    names: tuple[str | None, ...] = ()
    """What a pattern or rearrangement calls each of `shape.dims`; may be shorter."""


@record
class Arriving:
    """A tensor that arrives at a call."""

    type: TensorType
    span: Span
    """Where it was made."""

    pack: bool = False
    """Whether it stands for any number of tensors."""


@record
class Assumption:
    """An equality that a body needs and nothing in it proves."""

    expected: Dim
    actual: Dim
    span: Span
    neuron: str
    told: bool
    """Whether a warning says so in the body already."""


@unique
class Inferred:
    """A neuron as its callers see it, and what is known inside it."""

    definition: Definition
    env: Mapping[str, Abstract]
    """Parameters, then bindings."""

    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]
    assumptions: tuple[Assumption, ...]
    flow: Flow | None
    tensors: Mapping[int, TensorType]
    """Of every tensor of the flow, by its index."""

    complete: bool
    """Whether the body could be inferred to its end."""

    guessed: bool = False
    """Whether that took sizes that nobody can know before the model runs to be what is asked."""

    plans: Mapping[Span, Plan] = field(default_factory=dict)
    """How each `=>` is done, by its place."""

    targets: Mapping[Span, tuple[Shape, Shape]] = field(default_factory=dict)
    """Source and target of each `=>` that has a plan."""

    chosen: Mapping[Span, Choice] = field(default_factory=dict)
    """What each `match(p)` comes to, by its place: an arm, or an `if` over parameters."""

    callees: Mapping[Span, tuple[NeuronValue, ...]] = field(default_factory=dict)
    """What is applied or built at each place."""

    sized: Mapping[Span, Abstract] = field(default_factory=dict)
    """Arguments that mention sizes known only at run time, by their place."""

    unreachable: frozenset[Span] = frozenset()
    """Arms of `match` that no shape reaches, by their place."""

    problems: tuple[Diagnostic, ...] = ()
    """Of an instantiation: what goes wrong inside it."""

    @property
    def bindings(self) -> Mapping[str, Abstract]:
        return {name: self.env[name] for name in self.definition.bindings if name in self.env}
