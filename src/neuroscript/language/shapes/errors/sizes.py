"""What can be wrong with shapes and element types."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Label, Severity, Span, record
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors.origin import Origin, origin_labels
from neuroscript.language.shapes.shape import Seq, Shape


@record
class SizesDiffer(Diagnostic):
    code = "NS301"
    neuron: str
    port: str
    expected: Dim
    actual: Dim
    expected_shape: Shape
    actual_shape: Shape
    expected_origin: Origin | None
    actual_origin: Origin | None
    advice: str | None = None

    @property
    def message(self) -> str:
        port = "" if self.port == "in" else f" at `{self.port}`"
        return (
            f"sizes differ: `{self.neuron}` expects {self.expected}{port}, but gets {self.actual}"
        )

    @property
    def label(self) -> str:
        return f"expects {self.expected_shape}, gets {self.actual_shape}"

    @property
    def labels(self) -> Sequence[Label]:
        return origin_labels((self.actual_origin, self.expected_origin), self.span)

    @property
    def help(self) -> str | None:
        return self.advice


@record
class RanksDiffer(Diagnostic):
    code = "NS302"
    neuron: str
    port: str
    expected_shape: Shape
    actual_shape: Shape
    actual_origin: Origin | None

    @property
    def message(self) -> str:
        port = "" if self.port == "in" else f" at `{self.port}`"
        return (
            f"ranks differ: `{self.neuron}` expects {self.expected_shape}{port}, "
            f"but gets {self.actual_shape}"
        )

    @property
    def labels(self) -> Sequence[Label]:
        return origin_labels((self.actual_origin,), self.span)

    @property
    def help(self) -> str | None:
        rank = self.actual_shape.rank
        if self.expected_shape.rank == 2 and rank is not None and rank > 2:
            return "`Flatten()` makes [batch, features] of it"
        return None


@record
class ResultContradicts(Diagnostic):
    code = "NS303"
    output: str
    declared: Shape
    inferred: Shape
    declared_at: Span
    expected: Dim | None = None
    actual: Dim | None = None

    @property
    def message(self) -> str:
        return (
            f"the result {self.inferred} contradicts the declared output "
            f"`{self.output}` {self.declared}"
        )

    @property
    def label(self) -> str:
        if self.expected is not None:
            return f"{self.actual} where {self.expected} is declared"
        return f"this is {self.inferred}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared_at, f"declared {self.declared} here")]

    @property
    def help(self) -> str:
        return f"declare `{_as_declared(self.inferred)}`, or change what leads to it"


def _as_declared(shape: Shape) -> str:
    """A shape as it can be written at a port: what has no notation there stays anonymous."""
    parts = [*map(str, shape.prefix)]
    if shape.seq is not None:
        parts += [str(shape.seq), *map(str, shape.suffix)]
    return f"[{', '.join('*' if re.search(r'[?]|floor', part) else part for part in parts)}]"


@record
class ElementTypesDiffer(Diagnostic):
    code = "NS304"
    neuron: str
    port: str
    expected: str
    actual: str
    actual_origin: Origin | None

    @property
    def message(self) -> str:
        port = "" if self.port in ("in", "out") else f" at `{self.port}`"
        return (
            f"element types differ: `{self.neuron}` expects {self.expected}{port}, "
            f"but gets {self.actual}"
        )

    @property
    def labels(self) -> Sequence[Label]:
        return origin_labels((self.actual_origin,), self.span)

    @property
    def help(self) -> str:
        if self.expected == "int":
            return "declare the port as tokens: `in: [batch, seq] int`"
        return f'convert it: `Cast("{self.expected}")`'


@record
class InvalidShape(Diagnostic):
    code = "NS305"
    problem: str
    first: Span | None = None

    @property
    def message(self) -> str:
        return f"invalid shape: {self.problem}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "the first one")] if self.first else []


@record
class NotPositive(Diagnostic):
    code = "NS306"
    neuron: str
    size: Dim
    axis: str
    formula: str
    actual_shape: Shape
    actual_origin: Origin | None

    @property
    def message(self) -> str:
        return f"`{self.neuron}` would leave {self.size} along the {self.axis}"

    @property
    def label(self) -> str:
        return f"gets {self.actual_shape}"

    @property
    def labels(self) -> Sequence[Label]:
        return origin_labels((self.actual_origin,), self.span)

    @property
    def help(self) -> str:
        return f"the size is {self.formula}"


@record
class NotBroadcastable(Diagnostic):
    code = "NS307"
    neuron: str
    left: Shape
    right: Shape
    left_size: Dim | Seq
    right_size: Dim | Seq
    """A run where it meets dims that may not be the same."""
    origins: tuple[Origin | None, Origin | None]

    @property
    def message(self) -> str:
        return (
            f"`{self.neuron}` cannot bring {self.left} and {self.right} together: "
            f"{self.left_size} meets {self.right_size}"
        )

    @property
    def labels(self) -> Sequence[Label]:
        return origin_labels(self.origins, self.span)

    @property
    def help(self) -> str:
        if isinstance(self.left_size, Seq) and str(self.left_size) == str(self.right_size) == "*":
            return "each `*` may be other sizes: write `*dims` for both, and they are the same"
        return "sizes must be equal, or 1, counted from the last dimension"


@record
class CountChanges(Diagnostic):
    code = "NS309"
    source: Shape
    target: Shape
    before: Dim
    after: Dim

    @property
    def message(self) -> str:
        return f"{self.source} cannot become {self.target}: the number of elements changes"

    @property
    def help(self) -> str:
        return f"{self.before} elements before, {self.after} after"


@record
class RankUnknown(Diagnostic):
    code = "NS313"
    neuron: str
    actual_shape: Shape
    actual_origin: Origin | None

    @property
    def message(self) -> str:
        return f"`{self.neuron}` has to know how many dimensions {self.actual_shape} has"

    @property
    def labels(self) -> Sequence[Label]:
        return origin_labels((self.actual_origin,), self.span)

    @property
    def help(self) -> str:
        return "name the dimensions of the port: `[batch, channels, height, width]`"


@record
class BadAxis(Diagnostic):
    code = "NS314"
    neuron: str
    problem: str
    actual_shape: Shape
    advice: str

    @property
    def message(self) -> str:
        return f"`{self.neuron}`: {self.problem}"

    @property
    def label(self) -> str:
        return f"gets {self.actual_shape}"

    @property
    def help(self) -> str:
        return self.advice


@record
class SizesAssumed(Diagnostic):
    code = "NS910"
    severity = Severity.WARNING
    neuron: str
    pairs: tuple[tuple[Dim, Dim], ...]
    """What is expected, and what comes."""
    expected_origin: Origin | None
    actual_origin: Origin | None

    @property
    def message(self) -> str:
        expected, actual = (
            " and ".join(map(str, sizes)) for sizes in zip(*self.pairs, strict=True)
        )
        return f"sizes assumed equal: `{self.neuron}` expects {expected}, gets {actual}"

    @property
    def labels(self) -> Sequence[Label]:
        return origin_labels((self.actual_origin, self.expected_origin), self.span)

    @property
    def help(self) -> str:
        if any(expected.variables & actual.variables for expected, actual in self.pairs):
            return "they are for some sizes only; ports with numbers would decide it"
        return "nothing here says that they are; use one name for both"


@record
class SizedAtRunTime(Diagnostic):
    code = "NS908"
    severity = Severity.WARNING
    neuron: str
    names: tuple[str, ...]
    places: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        names = " and ".join(f"`{name}`" for name in self.names)
        return f"`{self.neuron}` is built when the model runs, once {names} is known"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.places]

    @property
    def help(self) -> str:
        return f"make {self.names[0]} a parameter, so that it is built with the model"
