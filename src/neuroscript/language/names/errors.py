"""What can be wrong with names and the structure of graphs (NS2xx, NS5xx, NS6xx)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, Label, Severity, Span, or_list


def plural(count: int, noun: str) -> str:
    """`1 tensor`, `2 tensors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@dataclass(frozen=True)
class UnknownNeuron(Diagnostic):
    code = "NS201"
    name: str
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"unknown neuron `{self.name}`"

    @property
    def help(self) -> str:
        if self.near:
            return f"did you mean {or_list(self.near)}?"
        return "define it in this file, or use one of the standard library"


@dataclass(frozen=True)
class UnknownName(Diagnostic):
    code = "NS202"
    name: str
    near: tuple[str, ...]
    defined_later: Span | None = None

    @property
    def message(self) -> str:
        if self.defined_later is not None:
            return f"`{self.name}` is used before it is defined"
        return f"unknown name `{self.name}`"

    @property
    def labels(self) -> Sequence[Label]:
        if self.defined_later is None:
            return []
        return [Label(self.defined_later, "defined here, later")]

    @property
    def help(self) -> str | None:
        if self.defined_later is not None:
            return "move this line below the definition"
        return f"did you mean {or_list(self.near)}?" if self.near else None


@dataclass(frozen=True)
class LikelySlip(Diagnostic):
    """A new name that nothing reads and that looks like one in scope."""

    code = "NS202"
    name: str
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"`{self.name}` names a value that nothing reads"

    @property
    def help(self) -> str:
        return f"did you mean {or_list(self.near)}?"


@dataclass(frozen=True)
class NoSuchPort(Diagnostic):
    code = "NS203"
    value: str
    port: str | int
    ports: tuple[str, ...]
    declared: Span | None

    @property
    def message(self) -> str:
        return f"`{self.value}` has no port `{self.port}`"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "made here")] if self.declared else []

    @property
    def help(self) -> str:
        if len(self.ports) < 2:
            return f"`{self.value}` is a single tensor: write `{self.value}`"
        return f"its ports are {or_list(self.ports)}, or 0 to {len(self.ports) - 1}"


@dataclass(frozen=True)
class DefinedTwice(Diagnostic):
    code = "NS204"
    name: str
    first: Span

    @property
    def message(self) -> str:
        return f"`{self.name}` is defined twice"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "first defined here")]

    @property
    def help(self) -> str:
        return "give one of them another name"


@dataclass(frozen=True)
class ReservedName(Diagnostic):
    code = "NS205"
    name: str

    @property
    def message(self) -> str:
        return f"`{self.name}` is a reserved name"

    @property
    def help(self) -> str:
        return f"call it `{self.name.strip('_') or 'Neuron'}`"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class NoSuchEntry(Diagnostic):
    code = "NS215"
    name: str
    near: tuple[str, ...]
    available: tuple[str, ...]

    @property
    def message(self) -> str:
        if not self.available:
            return "there is no neuron in this file"
        return f"there is no neuron `{self.name}` in this file"

    @property
    def help(self) -> str | None:
        if self.near:
            return f"did you mean {or_list(self.near)}?"
        return f"it defines {or_list(self.available)}" if self.available else None


@dataclass(frozen=True)
class CannotBeUsedHere(Diagnostic):
    code = "NS216"
    name: str
    what: str
    advice: str
    declared: Span | None = None

    @property
    def message(self) -> str:
        return f"`{self.name}` is {self.what} and cannot be used here"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")] if self.declared else []

    @property
    def help(self) -> str:
        return self.advice


@dataclass(frozen=True)
class NoSource(Diagnostic):
    code = "NS113"

    @property
    def message(self) -> str:
        return "this line does not say where its value comes from"

    @property
    def help(self) -> str:
        return "start it with a source: `in -> ..`, or with `->` to go on from the line above"


@dataclass(frozen=True)
class WrongTensorCount(Diagnostic):
    code = "NS501"
    name: str
    expected: tuple[str, ...]
    given: int
    declared: tuple[Span, ...]
    where: Span | None
    """Where the tensors come from."""

    @property
    def message(self) -> str:
        takes = plural(len(self.expected), "tensor") if self.expected else "no tensor"
        return f"`{self.name}` takes {takes}, but {self.given} {self.verb} here"

    @property
    def verb(self) -> str:
        return "arrives" if self.given == 1 else "arrive"

    @property
    def labels(self) -> Sequence[Label]:
        labels = [Label(self.where, f"gives {plural(self.given, 'tensor')}")] if self.where else []
        return labels + [Label(span, "takes this") for span in self.declared]

    @property
    def help(self) -> str | None:
        if len(self.expected) > 1:
            return f"bring them together: `({', '.join(self.expected)}) -> {self.name}(..)`"
        return None


@dataclass(frozen=True)
class WrongNameCount(Diagnostic):
    code = "NS502"
    names: int
    outputs: tuple[str, ...]
    producer: Span

    @property
    def message(self) -> str:
        return f"{self.names} names for {plural(len(self.outputs), 'tensor')}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.producer, f"gives {', '.join(self.outputs)}")]

    @property
    def help(self) -> str:
        return f"write {plural(len(self.outputs), 'name')}"


@dataclass(frozen=True)
class MissingArgument(Diagnostic):
    code = "NS503"
    neuron: str
    parameters: tuple[str, ...]
    signature: str
    declared: Span

    @property
    def message(self) -> str:
        missing = ", ".join(f"`{name}`" for name in self.parameters)
        noun = "argument" if len(self.parameters) == 1 else "arguments"
        return f"`{self.neuron}` misses {noun} {missing}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")]

    @property
    def help(self) -> str:
        return f"its signature is `{self.signature}`"


@dataclass(frozen=True)
class UnexpectedArgument(Diagnostic):
    code = "NS504"
    neuron: str
    problem: str
    signature: str
    near: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"`{self.neuron}` {self.problem}"

    @property
    def help(self) -> str:
        if self.near:
            return f"did you mean {or_list(self.near)}?"
        return f"its signature is `{self.signature}`"


@dataclass(frozen=True)
class PositionalAfterKeyword(Diagnostic):
    code = "NS505"
    keyword: Span

    @property
    def message(self) -> str:
        return "positional argument after a keyword argument"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.keyword, "the keyword argument")]

    @property
    def help(self) -> str:
        return "put positional arguments first"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
        return "remove it"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class UnknownAnnotation(Diagnostic):
    code = "NS212"
    name: str
    near: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def message(self) -> str:
        if self.name == "global":
            return "`@global` stands inside a neuron"
        return f"unknown annotation `@{self.name}`"

    @property
    def help(self) -> str:
        if self.name == "global":
            return "globals are declared at the left margin of a file"
        if self.near:
            return f"did you mean {or_list(f'@{name}' for name in self.near)}?"
        return f"here stands {or_list(f'@{name}' for name in self.allowed)}"


@dataclass(frozen=True)
class Cycle(Diagnostic):
    code = "NS214"
    names: tuple[str, ...]
    places: tuple[tuple[Span, str], ...]

    @property
    def message(self) -> str:
        return f"{', '.join(f'`{name}`' for name in self.names)} depend on each other"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(span, text) for span, text in self.places]

    @property
    def help(self) -> str:
        return "one of them has to do without the others"


@dataclass(frozen=True)
class BranchLocal(Diagnostic):
    code = "NS413"
    name: str
    declared: Span

    @property
    def message(self) -> str:
        return f"`{self.name}` is a name inside a branch and unknown outside"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "named inside a branch here")]

    @property
    def help(self) -> str:
        return "end the branch with that value: a branch gives what its last line gives"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class RunTimeDecides(Diagnostic):
    code = "NS404"
    name: str
    what: str
    declared: Span | None

    @property
    def message(self) -> str:
        return f"`{self.name}` is known when the model runs, but decides {self.what}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "a size of a tensor")] if self.declared else []

    @property
    def help(self) -> str:
        return "make it a parameter, or decide by shape: `match .. where`"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class CannotBeBuilt(Diagnostic):
    code = "NS510"
    name: str
    what: str
    advice: str
    declared: Span | None

    @property
    def message(self) -> str:
        return f"`{self.name}` {self.what}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")] if self.declared else []

    @property
    def help(self) -> str:
        return self.advice


@dataclass(frozen=True)
class NoNeuronParameter(Diagnostic):
    code = "NS511"
    name: str
    declared: Span

    @property
    def message(self) -> str:
        return f"`@wrap` gives `{self.name}` a neuron, but its first parameter is none"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.declared, "declared here")]

    @property
    def help(self) -> str:
        return "its first parameter has to be a `: Neuron`"


@dataclass(frozen=True)
class OuterTensor(Diagnostic):
    code = "NS512"
    name: str

    @property
    def message(self) -> str:
        return f"a wrapped body cannot use `{self.name}` of the graph around it"

    @property
    def help(self) -> str:
        return "it sees what flows into it, parameters and bindings"


@dataclass(frozen=True)
class StaticArgumentsDiffer(Diagnostic):
    code = "NS513"
    name: str
    problem: str
    other: Span | None

    @property
    def message(self) -> str:
        return f"`@static {self.name}` {self.problem}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.other, "the other use")] if self.other else []

    @property
    def help(self) -> str:
        return "there is one instance for the whole model: give it one set of arguments"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class ImportClash(Diagnostic):
    code = "NS604"
    name: str
    first: Span

    @property
    def message(self) -> str:
        return f"the imported name `{self.name}` clashes with another"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.first, "the other one")]

    @property
    def help(self) -> str:
        return f"give it another name: `.. as {self.name}_`"


@dataclass(frozen=True)
class OutputsNotCounted(Diagnostic):
    code = "NS506"
    neuron: str
    parameter: str

    @property
    def message(self) -> str:
        return f"`{self.parameter}` of `{self.neuron}` decides how many tensors come out"

    @property
    def help(self) -> str:
        return "write it out: a number from 1 to 1000, or a list"
