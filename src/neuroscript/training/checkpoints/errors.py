"""What can be wrong with the checkpoints of a run, before it begins and while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from neuroscript.diagnostics import Diagnostic, Severity


@dataclass(frozen=True)
class NotKept(Diagnostic):
    code = "NT421"
    severity: ClassVar[Severity] = Severity.WARNING
    reason: str
    step: int | None

    @property
    def message(self) -> str:
        return f"a checkpoint could not be written: {self.reason}; training goes on"

    @property
    def help(self) -> str:
        if self.step is None:
            return "make room, or stop the run: what is there stays as it is"
        return f"the state of step {self.step} is there still, and another try follows: make room"


@dataclass(frozen=True)
class SavedElsewhere(Diagnostic):
    code = "NT422"
    severity: ClassVar[Severity] = Severity.WARNING
    path: str

    @property
    def message(self) -> str:
        return f"the last state of the run is not where it belongs, but in {self.path}"

    @property
    def help(self) -> str:
        return "move it back when there is room"


@dataclass(frozen=True)
class LastStateLost(Diagnostic):
    code = "NT423"
    reason: str
    step: int | None

    @property
    def message(self) -> str:
        return f"the last state of the run could not be saved anywhere: {self.reason}"

    @property
    def help(self) -> str:
        if self.step is None:
            return "the model is in memory alone: `error.runner.save(path)`"
        return (
            f"the state of step {self.step} is there; the last one is in memory alone: "
            "`error.runner.save(path)`"
        )


@dataclass(frozen=True)
class LittleRoom(Diagnostic):
    code = "NT424"
    needed: str
    free: str
    folder: str
    fatal: bool
    """Whether not even the weights fit."""

    @property
    def severity(self) -> Severity:  # type: ignore[override]
        return Severity.ERROR if self.fatal else Severity.WARNING

    @property
    def message(self) -> str:
        return (
            f"checkpoints of this run take about {self.needed}, "
            f"and {self.folder} has {self.free} left"
        )

    @property
    def help(self) -> str:
        return "make room, keep fewer (`training.checkpoint.keep`), or name another `dir`"


@dataclass(frozen=True)
class StateLeftOut(Diagnostic):
    code = "NT425"
    severity: ClassVar[Severity] = Severity.WARNING
    places: str

    @property
    def message(self) -> str:
        return f"checkpoints cannot hold {self.places}: it is neither plain data nor a tensor"

    @property
    def help(self) -> str:
        return "a run that is gone on with begins without it"
