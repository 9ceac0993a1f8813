"""The dataflow of a neuron with every name resolved.

What a graph means, free of how it was laid out on lines: tensors, the submodules that are applied
to them in order, and which tensor each output takes. Shape inference and code generation both
walk it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from neuroscript.diagnostics import Span, record, unique
from neuroscript.language.names.definition import Definition
from neuroscript.language.syntax import ast


@record
class Tensor:
    """One value in a neuron: an input, or an output of a step. Compared by `index`."""

    index: int
    span: Span
    """Where it is declared, or the step that makes it."""

    pack: bool = False
    """Whether it stands for any number of tensors: a variadic input."""


@record
class Hint:
    """What the value could be called in generated code."""

    name: str | None
    """The name that its chain reaches; None if it reaches an output."""

    source: Tensor | None
    """Where its chain starts."""


@unique
class Instance:
    """A submodule of its own: a neuron with its arguments, made once, in textual order."""

    definition: Definition
    arguments: dict[str, ast.Argument]
    """What the call gives, by parameter; defaults fill the rest."""

    span: Span


@unique
class ParamCall:
    """`p(args)`: a submodule of its own, of whatever neuron the parameter `p` is."""

    param: str
    args: tuple[ast.Argument, ...]
    span: Span


@unique
class Inline:
    """A submodule of its own, made from a value: `Freeze(F(a))`."""

    value: ast.Value
    span: Span


@unique
class Shared:
    """A binding, aggregate, member, Neuron parameter or neuron global, applied as it is."""

    value: ast.NameValue | ast.MemberValue | ast.GlobalValue
    span: Span


Target = Instance | ParamCall | Inline | Shared


@record
class Apply:
    """A target applied to tensors."""

    target: Target
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    span: Span


@record
class Pick:
    """One tensor of a variadic input."""

    source: Tensor
    position: int
    output: Tensor
    span: Span


@record
class Rearranged:
    """`=> [..]`; `operation` reduces or repeats where a neuron does it."""

    source: Tensor
    node: ast.Rearrange
    operation: Instance | None
    output: Tensor
    span: Span


@record
class Region:
    """The steps of a branch or arm, and what it gives."""

    steps: tuple[Step, ...]
    results: tuple[Tensor, ...]
    writes: Mapping[str, Tensor]
    """Outputs of the neuron that it sets."""


@record
class Choice:
    """`if`: the first region whose condition holds; decided at construction."""

    branches: tuple[tuple[ast.Value, Region], ...]
    otherwise: Region
    outputs: tuple[Tensor, ...]
    writes: Mapping[str, Tensor]
    span: Span


@record
class ShapeArm:
    pattern: ast.ShapeExpr
    guard: ast.Value | None
    region: Region
    span: Span


@record
class Dispatch:
    """`match:` on the shape of a tensor, when it runs."""

    source: Tensor
    arms: tuple[ShapeArm, ...]
    outputs: tuple[Tensor, ...]
    writes: Mapping[str, Tensor]
    span: Span


@record
class ContractArm:
    contract: ast.Contract
    guard: ast.Value | None
    region: Region
    span: Span


@record
class Selection:
    """`match(p):` on the signature of a Neuron parameter, when the compiler meets a call."""

    param: str
    inputs: tuple[Tensor, ...]
    arms: tuple[ContractArm, ...]
    outputs: tuple[Tensor, ...]
    writes: Mapping[str, Tensor]
    span: Span


Step = Apply | Pick | Rearranged | Choice | Dispatch | Selection


@unique
class Flow:
    inputs: tuple[Tensor, ...]
    """One for each input port, in order."""

    steps: tuple[Step, ...]
    outputs: tuple[Tensor | None, ...]
    """One for each output port, in order; None where an error has been reported."""

    hints: dict[int, Hint]
    """By index of the tensor."""

    complete: bool
    """Whether everything in the graph could be resolved."""

    bodies: dict[Span, Definition] = field(default_factory=dict)
    """The neurons that bodies of `@wrap` are, by their span."""

    used: frozenset[str] = frozenset()
    """Bindings that the graph or another binding uses."""


def all_steps(steps: tuple[Step, ...]) -> list[Step]:
    """Every step, those of branches and arms behind the one they belong to."""
    found: list[Step] = []
    for step in steps:
        found.append(step)
        for region in regions(step):
            found.extend(all_steps(region.steps))
    return found


def regions(step: Step) -> tuple[Region, ...]:
    """The branches or arms of a step."""
    match step:
        case Choice():
            return (*(region for _, region in step.branches), step.otherwise)
        case Dispatch() | Selection():
            return tuple(arm.region for arm in step.arms)
        case _:
            return ()


def outputs_of(step: Step) -> tuple[Tensor, ...]:
    """The tensors that a step makes."""
    match step:
        case Apply(outputs=outputs):
            return outputs
        case Pick(output=output) | Rearranged(output=output):
            return (output,)
        case _:
            return (*step.outputs, *step.writes.values())
