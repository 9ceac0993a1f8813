"""What can be wrong where a program decides or repeats."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Label, Severity, Span, record
from neuroscript.language.shapes.shape import Shape


@record
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


@record
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


@record
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


@record
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


@record
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


@record
class BadCount(Diagnostic):
    code = "NS408"
    count: str | int
    around: int = 1
    """How often that which repeats it is repeated itself."""

    @property
    def message(self) -> str:
        if self.around > 1:
            return f"{self.around} times {self.count} rounds are too many"
        return f"something cannot be repeated {self.count} times"

    @property
    def help(self) -> str:
        if self.around > 1:
            return "all rounds of an `unroll` together are at most 10000"
        return "a count is a whole number from 0 to 10000"


@record
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


@record
class TooManyLevels(Diagnostic):
    code = "NS411"
    name: str

    @property
    def message(self) -> str:
        return f"`{self.name}` contains itself over more than 1000 levels"

    @property
    def help(self) -> str:
        return "give arguments that reach the end of the recursion"
