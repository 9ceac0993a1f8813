"""What can be wrong with what a call is given."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Label, Span, or_list, record
from neuroscript.language.names.errors.wording import plural


@record
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


@record
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


@record
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


@record
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


@record
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


@record
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


@record
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


@record
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


@record
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
