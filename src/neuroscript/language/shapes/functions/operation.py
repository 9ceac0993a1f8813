"""The call of a library neuron that a shape function looks at, and how it says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from neuroscript.diagnostics import Diagnostic, Span
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import (
    BadAxis,
    InexactDivision,
    NotBroadcastable,
    NotPositive,
    Origin,
)
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.unify import Unifier, Verdict
from neuroscript.language.shapes.values import Abstract, Known


class ShapeProblem(Exception):
    """An operation cannot work on these shapes."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True)
class Operation:
    """A call of a library neuron: its arguments and the shapes that arrive."""

    neuron: str
    args: Mapping[str, Abstract]
    inputs: tuple[Shape, ...]
    origins: tuple[Origin | None, ...]
    """Where each input comes from."""

    span: Span
    unifier: Unifier
    assume: Callable[[Dim, Dim], None]
    """Notes an equality that is needed and not proved."""

    applied: Callable[[Abstract], Sequence[Shape] | None]
    """What a neuron gives for the inputs; None where that has been told not to work."""

    def same(self, expected: Dim, actual: Dim) -> bool:
        """Whether two sizes can be equal; what is not proved is noted as assumed."""
        before = self.unifier.dim(expected), self.unifier.dim(actual)
        verdict = self.unifier.equal(expected, actual)
        if verdict is Verdict.ASSUMED:
            self.assume(*before)
        return verdict is not Verdict.REFUTED

    # --- arguments

    def size_arg(self, name: str) -> Dim:
        """A size; one that nobody knows if the argument is none."""
        return known_size(self.args.get(name))

    def int_arg(self, name: str) -> int | None:
        """A whole number that is known, else None."""
        value = self.args.get(name)
        return value.constant if isinstance(value, Dim) else None

    def flag(self, name: str) -> bool | None:
        """A truth value that is known, else None."""
        value = self.args.get(name)
        return value.value if isinstance(value, Known) and isinstance(value.value, bool) else None

    def per_axis(self, name: str, axes: int) -> list[Dim | None]:
        """An argument that is one number for all axes or a list with one for each."""
        value = self.args.get(name)
        if isinstance(value, tuple):
            if len(value) != axes:
                self.bad(f"`{name}` has {len(value)} entries", f"give one number, or {axes}")
            return [item if isinstance(item, Dim) else None for item in value]
        return [value if isinstance(value, Dim) else None] * axes

    def at_least(self, least: int, name: str, axes: int) -> list[Dim | None]:
        """The same, none of them below `least` as far as they are known."""
        values = self.per_axis(name, axes)
        for value in values:
            if value is not None and value.constant is not None and value.constant < least:
                self.bad(f"`{name}` is {value}", f"the least that it can be is {least}")
        return values

    def axis(self, name: str, rank: int, what: str = "axis") -> int | None:
        """An axis counted from the start; None if the argument is not known."""
        axis = self.int_arg(name)
        if axis is None:
            return None
        if not -rank <= axis < rank:
            self.bad(f"there is no {what} {axis}", f"axes run from {-rank} to {rank - 1} here")
        return axis % rank

    def ints(self, name: str) -> list[int] | None:
        """A whole number or a list of them, as a list; None if one is not known."""
        value = self.args.get(name)
        items = value if isinstance(value, tuple) else (value,)
        found = [item.constant for item in items if isinstance(item, Dim)]
        known = [item for item in found if item is not None]
        return known if len(known) == len(items) else None

    def places(self, name: str, shape: Shape) -> list[int] | None:
        """An axis or a list of them, as places in `shape.dims`.

        None if one is not known, or lies in a run of axes.
        """
        axes = self.ints(name)
        if axes is None:
            return None
        front, back = len(shape.prefix), len(shape.suffix)
        if shape.rank is None:
            if not all(-back <= axis < front for axis in axes):
                return None
        else:
            back = front
        for axis in axes:
            if not -back <= axis < front:
                self.bad(f"there is no axis {axis}", f"axes run from {-front} to {front - 1} here")
        found = [axis % len(shape.dims) for axis in axes]
        if len(set(found)) < len(found):
            self.bad(f"`{name}` names an axis twice", "name each axis once")
        return found

    def quotient(self, over: Dim, under: Dim) -> Dim:
        """An exact quotient (NS509)."""
        try:
            return over / under
        except ValueError:
            raise ShapeProblem(InexactDivision(self.span, repr(over), repr(under))) from None

    # --- what is wrong

    def bad(self, problem: str, advice: str) -> NoReturn:
        """An argument does not go with the first input (NS314)."""
        raise ShapeProblem(BadAxis(self.span, self.neuron, problem, self.inputs[0], advice))

    def not_positive(self, size: Dim, axis: str, formula: str) -> NoReturn:
        """Nothing of an axis of the first input is left (NS306)."""
        source, origin = self.inputs[0], self.origins[0]
        raise ShapeProblem(NotPositive(self.span, self.neuron, size, axis, formula, source, origin))

    def apart(
        self, left: Shape, right: Shape, sizes: tuple[Dim | Seq, Dim | Seq], index: int
    ) -> NoReturn:
        """What the first inputs make and the one at `index` differ in these sizes (NS307)."""
        origins = (self.origins[0], self.origins[index])
        raise ShapeProblem(NotBroadcastable(self.span, self.neuron, left, right, *sizes, origins))


def unknown_size() -> Dim:
    """A size that nobody knows: at least 1, as that of every axis."""
    return Dim.of(Var.fresh("?"))


def known_size(value: Abstract | None) -> Dim:
    """A value as a size, as far as it is one."""
    return value if isinstance(value, Dim) else unknown_size()


def unknown_shape() -> Shape:
    """Any axes of any sizes."""
    return Shape((), Seq.fresh("?"))
