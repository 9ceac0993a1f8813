"""What can be wrong with shapes, element types and argument values (NS3xx, NS5xx, NS910)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, Label, Severity, Span, or_list
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.shape import Shape

Origin = tuple[Span, str]
"""A place that explains a size, and what it says there."""


def _labels(origins: Sequence[Origin | None], primary: Span) -> list[Label]:
    return [Label(*origin) for origin in origins if origin is not None and origin[0] != primary]


@dataclass(frozen=True)
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
        return _labels((self.actual_origin, self.expected_origin), self.span)

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
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
        return _labels((self.actual_origin,), self.span)

    @property
    def help(self) -> str | None:
        rank = self.actual_shape.rank
        if self.expected_shape.rank == 2 and rank is not None and rank > 2:
            return "`Flatten()` makes [batch, features] of it"
        return None


@dataclass(frozen=True)
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
        return f"declare `{self.inferred}`, or change what leads to it"


@dataclass(frozen=True)
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
        return _labels((self.actual_origin,), self.span)

    @property
    def help(self) -> str:
        if self.expected == "int":
            return "declare the port as tokens: `in: [batch, seq] int`"
        return f'convert it: `Cast("{self.expected}")`'


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
        return _labels((self.actual_origin,), self.span)

    @property
    def help(self) -> str:
        return f"the size is {self.formula}"


@dataclass(frozen=True)
class NotBroadcastable(Diagnostic):
    code = "NS307"
    neuron: str
    left: Shape
    right: Shape
    left_size: Dim
    right_size: Dim
    origins: tuple[Origin | None, Origin | None]

    @property
    def message(self) -> str:
        return (
            f"`{self.neuron}` cannot bring {self.left} and {self.right} together: "
            f"{self.left_size} meets {self.right_size}"
        )

    @property
    def labels(self) -> Sequence[Label]:
        return _labels(self.origins, self.span)

    @property
    def help(self) -> str:
        return "sizes must be equal, or 1, counted from the last dimension"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
        return _labels((self.actual_origin,), self.span)

    @property
    def help(self) -> str:
        return "name the dimensions of the port: `[batch, channels, height, width]`"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class ArgumentKind(Diagnostic):
    code = "NS506"
    neuron: str
    parameter: str
    expected: str
    given: str
    declared: Span | None

    @property
    def message(self) -> str:
        return f"`{self.parameter}` of `{self.neuron}` is {self.expected}, not {self.given}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")] if self.declared else []


@dataclass(frozen=True)
class OperandKind(Diagnostic):
    code = "NS508"
    operator: str
    kinds: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"`{self.operator}` does not take {' and '.join(self.kinds)}"


@dataclass(frozen=True)
class InexactDivision(Diagnostic):
    code = "NS509"
    over: str
    under: str

    @property
    def message(self) -> str:
        if self.under == "0":
            return f"{self.over} is divided by zero"
        return f"{self.over} cannot be divided by {self.under} without remainder"

    @property
    def help(self) -> str | None:
        return None if self.under == "0" else "`/` between integers is exact"


@dataclass(frozen=True)
class SizesAssumed(Diagnostic):
    code = "NS910"
    severity = Severity.WARNING
    neuron: str
    expected: Dim
    actual: Dim
    expected_origin: Origin | None
    actual_origin: Origin | None

    @property
    def message(self) -> str:
        return f"sizes assumed equal: `{self.neuron}` expects {self.expected}, gets {self.actual}"

    @property
    def labels(self) -> Sequence[Label]:
        return _labels((self.actual_origin, self.expected_origin), self.span)

    @property
    def help(self) -> str:
        return "nothing here says that they are; use one name for both"


@dataclass(frozen=True)
class NotABool(Diagnostic):
    code = "NS403"
    given: str

    @property
    def message(self) -> str:
        return f"a condition is true or false, not {self.given}"

    @property
    def help(self) -> str:
        return f"compare it: `{self.span.text} != 0`"


@dataclass(frozen=True)
class NumberTooLarge(Diagnostic):
    code = "NS508"

    @property
    def message(self) -> str:
        return "the result is larger than any size can be"


@dataclass(frozen=True)
class ResultsDiffer(Diagnostic):
    code = "NS402"
    results: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        return "the branches give different results"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.results]

    @property
    def help(self) -> str:
        return "all branches have to give the same shape"


@dataclass(frozen=True)
class NotExhaustive(Diagnostic):
    code = "NS401"
    source: Shape
    example: str
    last_arm: Span

    @property
    def message(self) -> str:
        return f"no arm takes {self.example}"

    @property
    def label(self) -> str:
        return f"this can be {self.source}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.last_arm, "the last arm")]

    @property
    def help(self) -> str:
        return f"add an arm: `{self.example}: ..`"


@dataclass(frozen=True)
class MayMissShapes(Diagnostic):
    code = "NS904"
    severity = Severity.WARNING
    tests: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        return "this match may meet a shape that no arm takes"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.tests]

    @property
    def help(self) -> str:
        return "add an arm for the rest: `[*rest]: ..`"


@dataclass(frozen=True)
class Unreachable(Diagnostic):
    code = "NS903"
    severity = Severity.WARNING
    why: str
    covering: Span | None

    @property
    def message(self) -> str:
        return f"this arm is never taken: {self.why}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.covering, "taken before it")] if self.covering else []

    @property
    def help(self) -> str:
        return "put it before the arm that covers it" if self.covering else "remove it"


@dataclass(frozen=True)
class NoArmFits(Diagnostic):
    code = "NS406"
    neuron: str
    signature: str
    arms: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        return f"no arm of `match` fits `{self.neuron}`, which is {self.signature}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.arms]

    @property
    def help(self) -> str:
        return "add an arm for that signature"


@dataclass(frozen=True)
class BadCount(Diagnostic):
    code = "NS408"
    count: str

    @property
    def message(self) -> str:
        return f"something cannot be repeated {self.count} times"

    @property
    def help(self) -> str:
        return "a count is a whole number from 0 to 10000"


@dataclass(frozen=True)
class DoesNotFitItself(Diagnostic):
    code = "NS409"
    name: str
    problem: str
    first: Span
    last: Span

    @property
    def message(self) -> str:
        return f"`{self.name}` cannot follow itself: {self.problem}"

    @property
    def labels(self) -> Sequence[Label]:
        labels = [Label(self.first, "the first item takes what arrives")]
        if self.last != self.first:
            labels.append(Label(self.last, "the last item gives the next round"))
        return labels

    @property
    def help(self) -> str:
        return "what a round gives has to be what the next one takes"


@dataclass(frozen=True)
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
        return _labels((self.origin,), self.span)

    @property
    def help(self) -> str:
        return "name the axes, or do it in two steps"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Within(Diagnostic):
    """What goes wrong inside a neuron only because of how it is called."""

    inner: Diagnostic
    callee: str
    call: Span

    @property
    def code(self) -> str:  # type: ignore[override]
        return self.inner.code

    @property
    def severity(self) -> Severity:  # type: ignore[override]
        return self.inner.severity

    @property
    def message(self) -> str:
        return f"in `{self.callee}`: {self.inner.message}"

    @property
    def label(self) -> str:
        return self.inner.label if self.span == self.inner.span else "as it is called here"

    @property
    def labels(self) -> Sequence[Label]:
        if self.span == self.inner.span:
            return [*self.inner.labels, Label(self.call, "as it is called here")]
        return [Label(self.inner.span, self.inner.label or "here")]

    @property
    def help(self) -> str | None:
        return self.inner.help


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class TooManyLevels(Diagnostic):
    code = "NS411"
    name: str

    @property
    def message(self) -> str:
        return f"`{self.name}` contains itself over more than 1000 levels"

    @property
    def help(self) -> str:
        return "give arguments that reach the end of the recursion"
