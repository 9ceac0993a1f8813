"""Data and neuron that do not suit each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, Label, Span, and_list, did_you_mean, or_list


@dataclass(frozen=True)
class ShapeMismatch(Diagnostic):
    """The span is the sample's line in the data."""

    code = "NT101"
    port: str
    port_span: Span | None
    declared: str
    found: str
    detail: str
    edit: str | None
    """What to write so that the neuron takes the data, where it is known what declares it."""

    wanted: str
    """What a sample would have to hold."""

    @property
    def message(self) -> str:
        return f"`{self.port}` takes {self.declared}, and the data have {self.found}"

    @property
    def label(self) -> str:
        return self.detail

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, f"declared {self.declared} here")] if self.port_span else ()

    @property
    def help(self) -> str:
        given = f"give each sample {self.wanted}"
        return f"{self.edit}, or {given}" if self.edit else given


@dataclass(frozen=True)
class TokensExpected(Diagnostic):
    code = "NT102"
    port: str
    port_span: Span | None
    found: str

    @property
    def message(self) -> str:
        return f"`{self.port}` takes tokens, and the data have {self.found}"

    @property
    def label(self) -> str:
        return "tokens are whole numbers"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, "declared int here")] if self.port_span else ()

    @property
    def help(self) -> str:
        return "write token ids as integers (`3`, not `3.0`), or declare the port without `int`"


@dataclass(frozen=True)
class TokenOutOfRange(Diagnostic):
    code = "NT103"
    port: str
    port_span: Span | None
    token: int
    vocabulary: int

    @property
    def message(self) -> str:
        return (
            f"token {self.token} is not in the vocabulary: "
            f"the embedding knows 0 to {self.vocabulary - 1}"
        )

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, "this input is embedded")] if self.port_span else ()

    @property
    def help(self) -> str | None:
        if self.token < 0:
            return None
        return f"make the vocabulary {self.token + 1} or more"


@dataclass(frozen=True)
class VocabularyTooSmall(Diagnostic):
    code = "NT113"
    tokenizer: str
    ids: int
    port_span: Span | None
    vocabulary: int

    @property
    def message(self) -> str:
        return (
            f"the tokenizer `{self.tokenizer}` has {self.ids} ids, "
            f"and the embedding knows {self.vocabulary}"
        )

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, "this input is embedded")] if self.port_span else ()

    @property
    def help(self) -> str:
        return f"make the vocabulary {self.ids} or more, or take another `data.tokenizer`"


@dataclass(frozen=True)
class ClassOutOfRange(Diagnostic):
    code = "NT104"
    index: int
    classes: int
    declared: str
    port_span: Span | None
    what: str = "target"

    @property
    def message(self) -> str:
        return (
            f"{self.what} {self.index} does not exist: an output with {self.classes} classes "
            f"knows 0 to {self.classes - 1}"
        )

    @property
    def labels(self) -> Sequence[Label]:
        text = f"{self.declared} tells {self.classes} classes apart"
        return [Label(self.port_span, text)] if self.port_span else ()

    @property
    def help(self) -> str | None:
        if self.index < 0:
            return "class indices count from 0; -100 marks a target to ignore"
        if self.index == self.classes and self.what == "target":
            return (
                f"classes count from 0: subtract 1 from each, or give the output {self.index + 1}"
            )
        return f"give the output {self.index + 1} classes, or correct the {self.what}"


@dataclass(frozen=True)
class TooManyNames(Diagnostic):
    code = "NT105"
    names: Sequence[str]
    classes: int
    declared: str
    port_span: Span | None

    @property
    def message(self) -> str:
        return f"the data name {len(self.names)} classes, and the output has {self.classes}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, f"declared {self.declared} here")] if self.port_span else ()

    @property
    def help(self) -> str:
        return f"give the output {len(self.names)} classes: {or_list(self.names)}"


@dataclass(frozen=True)
class TargetsRefused(Diagnostic):
    code = "NT106"
    objection: str
    found: str
    declared: str
    port_span: Span | None
    advice: str
    suited: str | None = None
    """The shape of an output that would suit the targets."""

    @property
    def message(self) -> str:
        return self.objection

    @property
    def label(self) -> str:
        return f"{self.found} here"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, f"declared {self.declared} here")] if self.port_span else ()

    @property
    def help(self) -> str | None:
        if self.suited is None:
            return self.advice or None
        return f"declare the output as {self.suited}, or give each sample\n{self.advice}"


@dataclass(frozen=True)
class InputMissing(Diagnostic):
    code = "NT107"
    port: str
    port_span: Span | None
    found: Sequence[str]

    @property
    def message(self) -> str:
        has = f"they have {or_list(self.found).replace(' or ', ' and ')}" if self.found else ""
        return f"the data have no `{self.port}`" + (f": {has}" if has else "")

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, "declared here")] if self.port_span else ()

    @property
    def help(self) -> str:
        near = did_you_mean(self.port, self.found)
        return near or f'give each sample a value for it: {{"{self.port}": …, "target": …}}'


@dataclass(frozen=True)
class ModelRefuses(Diagnostic):
    code = "NT108"
    model: str
    data: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.model} fails on the first samples ({self.data}): {self.reason}"


@dataclass(frozen=True)
class OutputMissing(Diagnostic):
    code = "NT109"
    port: str
    port_span: Span | None
    found: Sequence[str]
    only_here: bool = False
    """Whether the training data have one."""

    @property
    def message(self) -> str:
        but = ", and the training data have one" if self.only_here else ""
        return f"the data have no target for the output `{self.port}`{but}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, "declared here")] if self.port_span else ()

    @property
    def help(self) -> str:
        near = did_you_mean(self.port, self.found)
        if self.only_here:
            return near or "give each sample a target, as in the training data"
        named = f'name the targets by output: "target": {{"{self.port}": …}}'
        return f"{near or named}\nor leave it without one: `task: {{{self.port}: none}}`"


@dataclass(frozen=True)
class WhichTarget(Diagnostic):
    code = "NT112"
    found: Sequence[str]
    outputs: Sequence[str]
    port_span: Span | None

    @property
    def message(self) -> str:
        has = and_list(self.found)
        if len(self.outputs) == 1:
            return f"the data have the targets {has}, and the neuron has one output"
        outputs = and_list(self.outputs)
        return f"the data have the targets {has}, and the outputs are {outputs}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, "the output")] if self.port_span else ()

    @property
    def help(self) -> str:
        if len(self.outputs) == 1:
            return f'say which by naming it `{self.outputs[0]}`, or give one: "target": …'
        return "name the targets as the outputs are named"


@dataclass(frozen=True)
class NotMade(Diagnostic):
    code = "NT110"
    reason: str

    @property
    def message(self) -> str:
        return self.reason


@dataclass(frozen=True)
class NothingToLearn(Diagnostic):
    code = "NT111"
    model: str

    @property
    def message(self) -> str:
        return f"{self.model} has no parameters to train"

    @property
    def help(self) -> str:
        return "training changes the weights of layers such as Linear"
