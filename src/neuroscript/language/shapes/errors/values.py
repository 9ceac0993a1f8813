"""What can be wrong with the value of an argument."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Label, Span, record


@record
class ArgumentKind(Diagnostic):
    code = "NS506"
    neuron: str
    parameter: str
    expected: str
    given: str
    declared: Span | None

    @property
    def message(self) -> str:
        what = self.parameter if " " in self.parameter else f"`{self.parameter}`"
        return f"{what} of `{self.neuron}` is {self.expected}, not {self.given}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")] if self.declared else []


@record
class KindsDiffer(Diagnostic):
    """The branches of a binding give a neuron, and what is none."""

    code = "NS506"
    kinds: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"this is {' or '.join(self.kinds)}, by its conditions"

    @property
    def help(self) -> str:
        return "all branches of a binding are neurons, or none is"


@record
class OperandKind(Diagnostic):
    code = "NS508"
    operator: str
    kinds: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"`{self.operator}` does not take {' and '.join(self.kinds)}"


@record
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


@record
class NumberTooLarge(Diagnostic):
    code = "NS508"

    @property
    def message(self) -> str:
        return "the result is larger than any size can be"


@record
class NotABool(Diagnostic):
    code = "NS403"
    given: str

    @property
    def message(self) -> str:
        return f"a condition is true or false, not {self.given}"

    @property
    def help(self) -> str:
        return f"compare it: `{self.span.text} != 0`"
