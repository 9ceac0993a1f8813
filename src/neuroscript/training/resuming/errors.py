"""Why a run cannot be gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic


@dataclass(frozen=True)
class NothingToResume(Diagnostic):
    code = "NT410"
    looked_for: Sequence[str]
    """What was looked for, the last place first."""

    there: Sequence[str] = ()
    """What could be gone on with instead."""

    @property
    def message(self) -> str:
        return "there is nothing to go on from"

    @property
    def help(self) -> str:
        lines = [f"looked for {place}" for place in self.looked_for]
        if self.there:
            lines.append("what is there: " + ", ".join(self.there))
        return "\n".join(lines)


@dataclass(frozen=True)
class Changed(Diagnostic):
    code = "NT411"
    key: str
    before: str
    now: str
    weights: str

    @property
    def message(self) -> str:
        return (
            f"`{self.key}` was {self.before} and is {self.now}, which would not go on with the run"
        )

    @property
    def help(self) -> str:
        return (
            "put it back; only how long, how often logged and saved, and on which devices may "
            f"change\nor begin a new run with its weights: model.weights={self.weights}"
        )


@dataclass(frozen=True)
class ProgramChanged(Diagnostic):
    code = "NT412"
    lines: Sequence[str]
    """The lines of the generated Python that differ."""

    weights: str

    @property
    def message(self) -> str:
        return "the neuron is not the one that the run was begun with"

    @property
    def help(self) -> str:
        shown = list(self.lines[:8])
        if len(self.lines) > len(shown):
            shown.append(f"… ({len(self.lines) - len(shown)} more)")
        return "\n".join(
            [
                "what differs in its Python, - then, + now:",
                *shown,
                f"put it back, or begin a new run with its weights: model.weights={self.weights}",
            ]
        )


@dataclass(frozen=True)
class DataChanged(Diagnostic):
    code = "NT413"
    what: str
    before: str
    now: str

    @property
    def message(self) -> str:
        return (
            f"the training data are not those that the run was begun with: "
            f"{self.what} {self.before} then, {self.now} now"
        )

    @property
    def help(self) -> str:
        return "put the files back as they were, or begin a new run: its weights are in the old one"


@dataclass(frozen=True)
class AlreadyPast(Diagnostic):
    code = "NT414"
    key: str
    asked: int
    done: int

    @property
    def message(self) -> str:
        unit = self.key.rpartition(".")[2]
        return f"the run has done {self.done} {unit} already, and `{self.key}` is {self.asked}"

    @property
    def help(self) -> str:
        return f"ask for more: {self.key}={self.done * 2}"


@dataclass(frozen=True)
class CannotGoOn(Diagnostic):
    code = "NT415"
    checkpoint: str
    reason: str

    @property
    def message(self) -> str:
        return f"`{self.checkpoint}` cannot be gone on from: {self.reason}"

    @property
    def help(self) -> str:
        return f"its weights can begin a new run: model.weights={self.checkpoint}"


@dataclass(frozen=True)
class StillRunning(Diagnostic):
    code = "NT416"
    run: str
    process: str

    @property
    def message(self) -> str:
        number = f" ({self.process})" if self.process else ""
        return f"`{self.run}` is being trained by another process{number}"

    @property
    def help(self) -> str:
        return "wait for it, or stop it first"
