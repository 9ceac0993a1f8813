"""What can be wrong with a config."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from neuroscript.diagnostics import (
    Diagnostic,
    Label,
    NeuroScriptError,
    Span,
    did_you_mean,
    or_list,
)


class ConfigError(NeuroScriptError):
    """A config that cannot be used; every mistake in it, each at its place."""

    exit_code: ClassVar[int] = 2


@dataclass(frozen=True)
class UnreadableConfig(Diagnostic):
    code = "NC101"
    reason: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return self.reason

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class NotYaml(Diagnostic):
    code = "NC102"
    reason: str
    opened: Span | None = None
    """Where the bracket stands that is not closed."""

    @property
    def message(self) -> str:
        return f"this is not YAML: {self.reason}"

    @property
    def labels(self) -> Sequence[Label]:
        return (Label(self.opened, "opened here"),) if self.opened else ()

    @property
    def help(self) -> str | None:
        if "'\\t'" in self.reason:
            return "indent with spaces"
        return "quote text that begins with `*`" if "scanning an alias" in self.reason else None


@dataclass(frozen=True)
class DuplicateKey(Diagnostic):
    code = "NC103"
    key: str
    first: Span

    @property
    def message(self) -> str:
        return f"`{self.key}` is given twice"

    @property
    def labels(self) -> Sequence[Label]:
        return (Label(self.first, "first given here"),)


@dataclass(frozen=True)
class UnknownKey(Diagnostic):
    code = "NC104"
    key: str
    section: str
    known: Sequence[str]
    belongs: str | None

    @property
    def message(self) -> str:
        place = f"section `{self.section}`" if self.section else "a config"
        return f"{place} has no key `{self.key}`"

    @property
    def help(self) -> str:
        if self.belongs is not None:
            return self.belongs
        near = did_you_mean(self.key, self.known)
        return near or f"its keys are {or_list(self.known, limit=24).replace(' or ', ' and ')}"


@dataclass(frozen=True)
class MissingKey(Diagnostic):
    code = "NC105"
    key: str
    meaning: str | None

    @property
    def message(self) -> str:
        return f"`{self.key}` is missing"

    @property
    def help(self) -> str | None:
        return f"it is {self.meaning}" if self.meaning else None


@dataclass(frozen=True)
class BadValue(Diagnostic):
    code = "NC106"
    key: str
    expected: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return f"`{self.key}` {self.expected}"

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class PathNotFound(Diagnostic):
    code = "NC107"
    key: str
    path: str
    looked_in: Sequence[str]
    near: Sequence[str] = ()

    @property
    def message(self) -> str:
        what = "nothing matches" if any(c in self.path for c in "*?[") else "there is no"
        return f"{what} `{self.path}`"

    @property
    def label(self) -> str:
        return f"from `{self.key}`"

    @property
    def help(self) -> str:
        looked = "looked for " + "\n       and ".join(self.looked_in)
        near = did_you_mean(self.path, self.near)
        return f"{near}\n{looked}" if near else looked


@dataclass(frozen=True)
class VariableNotSet(Diagnostic):
    code = "NC108"
    variable: str

    @property
    def message(self) -> str:
        return f"the environment variable `{self.variable}` is not set"


@dataclass(frozen=True)
class BadOverride(Diagnostic):
    code = "NC109"
    reason: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return self.reason

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class Contradiction(Diagnostic):
    code = "NC110"
    reason: str
    other: Span
    other_text: str

    @property
    def message(self) -> str:
        return self.reason

    @property
    def labels(self) -> Sequence[Label]:
        return (Label(self.other, self.other_text),)
