"""What can be wrong with the lines of a graph and the structure of a neuron."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Fix, Label, Severity, Span, or_list, record


@record
class NoSource(Diagnostic):
    code = "NS113"

    @property
    def message(self) -> str:
        return "this line does not say where its value comes from"

    @property
    def help(self) -> str:
        return "start it with a source: `in -> ..`, or with `->` to go on from the line above"


@record
class NoBody(Diagnostic):
    code = "NS206"
    name: str
    problem: str
    advice: str
    places: tuple[tuple[Span, str], ...] = ()

    @property
    def message(self) -> str:
        return f"neuron `{self.name}` {self.problem}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.places]

    @property
    def help(self) -> str:
        return self.advice


@record
class VariadicNotAlone(Diagnostic):
    code = "NS207"
    others: tuple[Span, ...]

    @property
    def message(self) -> str:
        return "a port for any number of tensors must be the only input"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, "another input") for span in self.others]

    @property
    def help(self) -> str:
        return "take all tensors through it: `(a, b) -> ..`"


@record
class NeverWritten(Diagnostic):
    code = "NS208"
    output: str
    unused: tuple[Span, ...]

    @property
    def message(self) -> str:
        return f"output `{self.output}` is never written"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, "this value goes nowhere") for span in self.unused]

    @property
    def help(self) -> str:
        return f"end a connection in `-> {self.output}`"


@record
class WrittenTwice(Diagnostic):
    code = "NS209"
    output: str
    first: Span

    @property
    def message(self) -> str:
        return f"output `{self.output}` is written twice"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "first written here")]

    @property
    def help(self) -> str:
        return "give one of the two values a name of its own"


@record
class NotADestination(Diagnostic):
    code = "NS210"
    name: str
    what: str
    declared: Span | None

    @property
    def message(self) -> str:
        return f"`{self.name}` is {self.what} and cannot take a value"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")] if self.declared else []

    @property
    def help(self) -> str:
        return "use a new name"


@record
class MixedTuple(Diagnostic):
    code = "NS211"
    places: tuple[tuple[Span, str], ...]
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return "this tuple mixes defined and new names"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.places]

    @property
    def help(self) -> str | None:
        return f"did you mean {or_list(self.near)}?" if self.near else None


@record
class UnclearPort(Diagnostic):
    code = "NS213"
    direction: str
    ports: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        return f"`{self.direction}` could be any of {len(self.ports)} ports"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, "one of them") for span, _ in self.ports]

    @property
    def help(self) -> str:
        return f"write {or_list(name for _, name in self.ports)}"


@record
class BranchesDisagree(Diagnostic):
    code = "NS402"
    what: str
    results: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        return f"the {self.what} of this choice do not agree"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.results]


@record
class SomeBranchesWrite(Diagnostic):
    code = "NS405"
    output: str
    others: tuple[Span, ...]
    goes_on: bool

    @property
    def message(self) -> str:
        if self.goes_on:
            return f"branches write output `{self.output}`, yet the chain goes on behind them"
        return f"output `{self.output}` is written in some branches only"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, "not written here") for span in self.others]

    @property
    def help(self) -> str:
        return f"write `-> {self.output}` on a line of its own behind the branches"


@record
class NotANeuronParameter(Diagnostic):
    code = "NS407"
    name: str
    declared: Span | None
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"`{self.name}` is no Neuron parameter"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")] if self.declared else []

    @property
    def help(self) -> str:
        if self.declared is not None:
            return f"declare it as one: `{self.name}: Neuron`"
        return f"did you mean {or_list(self.near)}?" if self.near else "name a parameter"


@record
class MisplacedOperation(Diagnostic):
    code = "NS312"
    problem: str
    advice: str

    @property
    def message(self) -> str:
        return self.problem

    @property
    def help(self) -> str:
        return self.advice


@record
class EndlessRecursion(Diagnostic):
    code = "NS410"
    chain: tuple[tuple[Span, str], ...]
    name: str

    @property
    def message(self) -> str:
        return f"`{self.name}` contains itself without end"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, f"contains `{name}`") for span, name in self.chain]

    @property
    def help(self) -> str:
        return "a neuron cannot be a part of itself"


@record
class Rebound(Diagnostic):
    code = "NS905"
    severity = Severity.WARNING
    name: str
    first: Span

    @property
    def message(self) -> str:
        return f"`{self.name}` is given another value"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "first named here")]

    @property
    def help(self) -> str:
        return "use a new name if both values are meant"


@record
class TakenImplicitly(Diagnostic):
    code = "NS907"
    severity = Severity.WARNING
    output: str
    value: Span

    @property
    def message(self) -> str:
        return f"output `{self.output}` is never written, so it takes the value that nothing uses"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.value, "this one")]

    @property
    def help(self) -> str:
        return f"say so: `-> {self.output}`"

    @property
    def fix(self) -> Fix | None:
        end = self.value.end
        return Fix(Span(self.value.source, end, end), f" -> {self.output}")


@record
class Unused(Diagnostic):
    code = "NS901"
    severity = Severity.WARNING
    what: str
    name: str

    @property
    def message(self) -> str:
        return f"{self.what} `{self.name}` is never used" if self.name else f"unused {self.what}"

    @property
    def help(self) -> str:
        if self.what != "value":
            return "remove it"
        return f"remove it, or call it `_{self.name}` where a name has to stand"
