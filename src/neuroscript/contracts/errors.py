"""What can be wrong with a component: its name, its options, the file it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from neuroscript.diagnostics import (
    Diagnostic,
    NeuroScriptError,
    Source,
    Span,
    and_list,
    did_you_mean,
    or_list,
)


class ContractError(NeuroScriptError):
    """A component that does not exist, or cannot be made with the options it was given."""

    exit_code: ClassVar[int] = 2


class PluginError(ContractError):
    """A file or package of others that fails while it is imported: no mistake of the config."""

    exit_code: ClassVar[int] = 1


class UnknownContract(ContractError):
    """A name under which nothing is registered."""


def spoken(kind: str) -> str:
    """A kind as sentences call it."""
    return {"dataloader": "data loader", "checkpoint": "checkpoint format"}.get(kind, kind)


def a(kind: str) -> str:
    """A kind with its article."""
    name = spoken(kind)
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def said(subject: str, text: str) -> Span:
    """A place to show for what was passed in Python and stands in no file."""
    source = Source("<python>", f"{subject}: {text}")
    return Span(source, len(subject) + 2, len(source.text))


@dataclass(frozen=True)
class UnknownImplementation(Diagnostic):
    code = "NR101"
    kind: str
    name: str
    available: Sequence[str]

    @property
    def message(self) -> str:
        return f"there is no {spoken(self.kind)} called `{self.name}`"

    @property
    def help(self) -> str:
        near = did_you_mean(self.name, self.available)
        return (f"{near}\n" if near else "") + (
            f"available: {or_list(self.available, limit=24)}\n"
            f"a file of your own that registers it goes under `plugins:`"
        )


@dataclass(frozen=True)
class UnknownOption(Diagnostic):
    code = "NR102"
    kind: str
    name: str
    option: str
    known: Sequence[str]
    beside: Sequence[str] = ()

    @property
    def message(self) -> str:
        return f"{spoken(self.kind)} `{self.name}` has no option `{self.option}`"

    @property
    def help(self) -> str:
        near = did_you_mean(self.option, [*self.known, *self.beside])
        if near:
            return near
        own = [option for option in self.known if option not in self.beside]
        return f"its options are {_and_list(own)}" if own else "it takes no options"


@dataclass(frozen=True)
class WrongOption(Diagnostic):
    code = "NR112"
    kind: str
    name: str
    option: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"the option `{self.option}` of {spoken(self.kind)} `{self.name}` is {self.expected}, "
            f"not {self.found}"
        )


@dataclass(frozen=True)
class MissingOption(Diagnostic):
    code = "NR103"
    kind: str
    name: str
    option: str

    @property
    def message(self) -> str:
        return f"{spoken(self.kind)} `{self.name}` needs the option `{self.option}`"

    @property
    def help(self) -> str:
        if self.kind == "dataloader":
            return f"give it as `data.{self.option}`"
        return f"write it as `{{name: {self.name}, {self.option}: …}}`"


@dataclass(frozen=True)
class NotMade(Diagnostic):
    code = "NR104"
    kind: str
    name: str
    reason: str

    @property
    def message(self) -> str:
        return f"{spoken(self.kind)} `{self.name}` refuses its options: {self.reason}"


@dataclass(frozen=True)
class PluginFailed(Diagnostic):
    code = "NR105"
    plugin: str
    reason: str

    @property
    def message(self) -> str:
        return f"`{self.plugin}` fails while it is imported: {self.reason}"

    @property
    def help(self) -> str:
        return "set NEUROSCRIPT_TRACEBACK=1 to see where the exception comes from"


@dataclass(frozen=True)
class EntryPointFailed(Diagnostic):
    code = "NR114"
    kind: str
    name: str
    package: str
    entry: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"{spoken(self.kind)} `{self.name}` of the installed package {self.package} cannot be "
            f"loaded from `{self.entry}`: {self.reason}"
        )

    @property
    def help(self) -> str:
        return "that is for the package to mend; NEUROSCRIPT_TRACEBACK=1 shows where it happened"


@dataclass(frozen=True)
class NameTakenTwice(Diagnostic):
    code = "NR115"
    kind: str
    name: str
    packages: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"several installed packages have {a(self.kind)} `{self.name}`: "
            f"{_and_list(self.packages).replace('`', '')}"
        )

    @property
    def help(self) -> str:
        return (
            "uninstall all but one, or register the one you want under a name of your own, "
            "in a file under `plugins:`"
        )


@dataclass(frozen=True)
class PluginMissing(Diagnostic):
    code = "NR106"
    plugin: str
    looked_in: Sequence[str]

    @property
    def message(self) -> str:
        return f"there is no `{self.plugin}`"

    @property
    def help(self) -> str:
        if not self.looked_in:
            return "Python cannot import such a module: install its package, or name its file"
        return "looked for " + _and_list(self.looked_in)


@dataclass(frozen=True)
class NotAContract(Diagnostic):
    code = "NR107"
    kind: str
    name: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return f"`{self.name}` is {self.found}, which cannot serve as {a(self.kind)}"

    @property
    def help(self) -> str:
        return f"{a(self.kind)} is {self.expected}"


@dataclass(frozen=True)
class Unfinished(Diagnostic):
    code = "NR116"
    kind: str
    name: str
    class_name: str
    missing: Sequence[str]

    @property
    def message(self) -> str:
        return f"{spoken(self.kind)} `{self.name}` is not whole: {self.lacks}"

    @property
    def lacks(self) -> str:
        """What its class does not define."""
        return f"its class `{self.class_name}` does not define {_and_list(self.missing)}"

    @property
    def help(self) -> str:
        return f"what each has to do is said at the base class, {self.kind_class}"

    @property
    def kind_class(self) -> str:
        """The name of the contract."""
        named = {"dataloader": "DataLoader"}.get(self.kind, self.kind.capitalize())
        return f"`neuroscript.contracts.{named}Contract`"


@dataclass(frozen=True)
class NameMissing(Diagnostic):
    code = "NR108"
    kind: str

    @property
    def message(self) -> str:
        return f"this {spoken(self.kind)} has no name"

    @property
    def help(self) -> str:
        return f"write a name, or `{{name: …}}` and the options of the {spoken(self.kind)}"


@dataclass(frozen=True)
class NameMissingInFile(Diagnostic):
    code = "NR109"
    file_name: str
    name: str
    available: Sequence[str]

    @property
    def message(self) -> str:
        return f"`{self.file_name}` defines no `{self.name}`"

    @property
    def help(self) -> str | None:
        return did_you_mean(self.name, self.available) or (
            f"it defines {_and_list(self.available)}" if self.available else None
        )


def _and_list(names: Sequence[str]) -> str:
    return and_list(names, limit=24)
