"""What can be wrong with `use` and with paths."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Label, Severity, Span, record


@record
class MalformedPath(Diagnostic):
    code = "NS605"
    problem: str
    advice: str

    @property
    def message(self) -> str:
        return self.problem

    @property
    def help(self) -> str:
        return self.advice


@record
class NoSuchPackage(Diagnostic):
    code = "NS601"
    problem: str
    advice: str | None

    @property
    def message(self) -> str:
        return self.problem

    @property
    def help(self) -> str | None:
        return self.advice


@record
class ImportCycle(Diagnostic):
    code = "NS602"
    chain: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        return "these files import each other"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.chain]

    @property
    def help(self) -> str:
        return "move what both need into a third file"


@record
class MissingFile(Diagnostic):
    code = "NS603"
    path: str
    problem: str
    advice: str | None

    @property
    def message(self) -> str:
        return f"cannot read `{self.path}`: {self.problem}"

    @property
    def help(self) -> str | None:
        return self.advice


@record
class ImportClash(Diagnostic):
    code = "NS604"
    name: str
    first: Span
    star: bool
    """Whether it comes with all the others of its file."""

    @property
    def message(self) -> str:
        return f"the imported name `{self.name}` clashes with another"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "the other one")]

    @property
    def help(self) -> str:
        if self.star:
            return f"import the `{self.name}` that you mean by its name too"
        return f"give it another name: `.. as {self.name}_`"


@record
class HidesStandard(Diagnostic):
    code = "NS902"
    severity = Severity.WARNING
    name: str

    @property
    def message(self) -> str:
        return f"`{self.name}` hides the standard library's neuron of that name"

    @property
    def help(self) -> str:
        return "call it something else if that is not meant"
