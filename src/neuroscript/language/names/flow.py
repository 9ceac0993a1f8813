"""The dataflow of a neuron with every name resolved.

What a graph means, free of how it was laid out on lines: tensors, the instances that are applied
to them in order, and which tensor each output takes. Shape inference and code generation both
walk it.
"""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Span
from neuroscript.language.names.definition import Definition
from neuroscript.language.syntax import ast


@dataclass(frozen=True, slots=True)
class Tensor:
    """One value in a neuron: an input, or an output of a step. Compared by `index`."""

    index: int
    span: Span
    """Where it is declared, or the step that makes it."""

    pack: bool = False
    """Whether it stands for any number of tensors: a variadic input."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What the value could be called in generated code."""

    name: str | None
    """The name that its chain reaches; None if it reaches an output."""

    source: Tensor | None
    """Where its chain starts."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A submodule: a neuron with its arguments, made once, in textual order."""

    definition: Definition
    arguments: dict[str, ast.Argument]
    """What the call gives, by parameter; defaults fill the rest."""

    span: Span


@dataclass(frozen=True, slots=True)
class Apply:
    """One step: an instance applied to tensors."""

    instance: Instance
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Flow:
    inputs: tuple[Tensor, ...]
    """One for each input port, in order."""

    steps: tuple[Apply, ...]
    outputs: tuple[Tensor | None, ...]
    """One for each output port, in order; None where an error has been reported."""

    hints: dict[int, Hint]
    """By index of the tensor."""

    complete: bool
    """Whether everything in the graph could be resolved."""
