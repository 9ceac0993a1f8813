"""What can be wrong with `=> [..]`."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Label, Span, or_list, record
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors.origin import Origin, origin_labels
from neuroscript.language.shapes.shape import Shape


@record
class Ambiguous(Diagnostic):
    code = "NS308"
    problem: str
    source_shape: Shape
    origin: Origin | None

    @property
    def message(self) -> str:
        return f"this rearrangement can be read in several ways: {self.problem}"

    @property
    def label(self) -> str:
        return f"gets {self.source_shape}"

    @property
    def labels(self) -> Sequence[Label]:
        return origin_labels((self.origin,), self.span)

    @property
    def help(self) -> str:
        return "name the axes, or do it in two steps"


@record
class UnknownDimension(Diagnostic):
    code = "NS310"
    name: str
    source_shape: Shape
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"unknown dimension `{self.name}`"

    @property
    def label(self) -> str:
        return f"gets {self.source_shape}"

    @property
    def help(self) -> str:
        if self.near:
            return f"did you mean {or_list(self.near)}?"
        return f"give it a size, `{self.name} = ..`, or let `others` take the rest"


@record
class AxisLost(Diagnostic):
    code = "NS311"
    problem: str
    source_shape: Shape

    @property
    def message(self) -> str:
        return self.problem

    @property
    def label(self) -> str:
        return f"gets {self.source_shape}"

    @property
    def help(self) -> str:
        return "every axis goes to exactly one place"


@record
class BoundTwice(Diagnostic):
    code = "NS315"
    name: str
    before: Dim
    now: Dim
    first: Span | None

    @property
    def message(self) -> str:
        return f"`{self.name}` is {self.before} already, and {self.now} here"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "named here")] if self.first else []

    @property
    def help(self) -> str:
        return "use another name"
