"""Models that cannot be exported, and exports that do not say what the model says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, NeuroScriptError, or_list


class ExportError(NeuroScriptError):
    """A model that cannot be exported; nothing was left behind."""


@dataclass(frozen=True)
class UnknownFormat(Diagnostic):
    code = "NT601"
    path: str
    suffixes: Sequence[str]

    @property
    def message(self) -> str:
        return f"`{self.path}` does not end in the suffix of an export"

    @property
    def help(self) -> str:
        return f"the format is chosen by the suffix: {or_list(list(self.suffixes))}"


@dataclass(frozen=True)
class NotExportable(Diagnostic):
    code = "NT602"
    format: str
    layer: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.layer} cannot be exported to {self.format}: {self.reason}"

    @property
    def help(self) -> str:
        return "`.py` and `.safetensors` can hold any neuron"


@dataclass(frozen=True)
class Differs(Diagnostic):
    code = "NT603"
    format: str
    output: str
    difference: str
    sizes: str

    @property
    def message(self) -> str:
        return (
            f"the export to {self.format} differs from the model by {self.difference} "
            f"at output `{self.output}`, for {self.sizes}; it was not kept"
        )


@dataclass(frozen=True)
class Refuses(Diagnostic):
    code = "NT604"
    format: str
    sizes: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"the export to {self.format} does not take {self.sizes}, and the model does: "
            f"{self.reason}; it was not kept"
        )


@dataclass(frozen=True)
class NotTheSame(Diagnostic):
    code = "NT605"
    output: str

    @property
    def message(self) -> str:
        return (
            f"the model answers the same question differently each time, at output `{self.output}`"
        )

    @property
    def help(self) -> str:
        return "what is random in evaluation cannot be compared with an export"


@dataclass(frozen=True)
class NoSource(Diagnostic):
    code = "NT606"
    reason: str

    @property
    def message(self) -> str:
        return f"this run cannot be written as Python of its own: {self.reason}"

    @property
    def help(self) -> str:
        return "`.pt2` and `.onnx` hold the model without its code"


@dataclass(frozen=True)
class NotStored(Diagnostic):
    code = "NT607"
    path: str
    reason: str

    @property
    def message(self) -> str:
        return f"cannot write `{self.path}`: {self.reason}"
