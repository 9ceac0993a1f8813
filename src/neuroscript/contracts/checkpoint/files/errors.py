"""What can be wrong with a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neuroscript.diagnostics import Diagnostic, NeuroScriptError, Source, Span

AT_ONCE = 6
"""How many names of each sort are listed."""


class CheckpointError(NeuroScriptError):
    """A checkpoint that cannot be written or read, or does not fit."""


def place(path: Path) -> Span:
    """Where to point for a file that has no lines."""
    return Span(Source(str(path), "", path), 0, 1)


@dataclass(frozen=True)
class NotWritten(Diagnostic):
    code = "NR120"
    reason: str

    @property
    def message(self) -> str:
        return f"cannot write the checkpoint `{self.span.source.name}`: {self.reason}"


@dataclass(frozen=True)
class NotRead(Diagnostic):
    code = "NR121"
    reason: str

    @property
    def message(self) -> str:
        return f"cannot read the checkpoint `{self.span.source.name}`: {self.reason}"


@dataclass(frozen=True)
class ModelDiffers(Diagnostic):
    code = "NR122"
    missing: Sequence[str]
    extra: Sequence[str]
    shapes: Sequence[tuple[str, tuple[int, ...], tuple[int, ...]]]
    """Name, shape in the checkpoint, shape in the model."""

    @property
    def message(self) -> str:
        return f"the checkpoint `{self.span.source.name}` is of another model"

    @property
    def help(self) -> str:
        lines = [
            f"{name} is {list(saved)} in the checkpoint and {list(here)} in the model"
            for name, saved, here in self.shapes[:AT_ONCE]
        ]
        if len(self.shapes) > AT_ONCE:
            lines.append(f"… and {len(self.shapes) - AT_ONCE} more shapes")
        if self.missing:
            lines.append(f"only the model has {_listed(self.missing)}")
        if self.extra:
            lines.append(f"only the checkpoint has {_listed(self.extra)}")
        return "\n".join(lines)


@dataclass(frozen=True)
class OptimizerDiffers(Diagnostic):
    code = "NR123"
    reason: str

    @property
    def message(self) -> str:
        name = self.span.source.name
        return f"the optimizer in the checkpoint `{name}` is another one: {self.reason}"

    @property
    def help(self) -> str:
        return "go on with the optimizer that the run was trained with"


def _listed(names: Sequence[str]) -> str:
    more = f" … ({len(names) - AT_ONCE} more)" if len(names) > AT_ONCE else ""
    return ", ".join(names[:AT_ONCE]) + more
