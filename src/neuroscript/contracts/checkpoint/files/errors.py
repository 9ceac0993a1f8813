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
            lines.append(f"… and {_by_module([name for name, *_ in self.shapes[AT_ONCE:]])}")
        if self.missing:
            lines.append(f"only the model has {_by_module(self.missing)}")
        if self.extra:
            lines.append(f"only the checkpoint has {_by_module(self.extra)}")
        lines.append(
            "give the program and the `model.params` that it was trained with, "
            "or take what fits: `model.weights: {file: …, partial: true}`"
        )
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


def _by_module(names: Sequence[str]) -> str:
    """Names of tensors, or of the modules that hold them where there are too many.

    >>> _by_module(["a.weight", "a.bias"])
    'a.weight, a.bias'
    >>> _by_module([f"blocks.{i}.weight" for i in range(9)] + ["head.bias"])
    'blocks (9 tensors), head.bias'
    """
    depth = max((name.count(".") for name in names), default=0)
    groups = list(names)
    while len(groups) > AT_ONCE and depth > 0:
        groups = list(dict.fromkeys(".".join(name.split(".")[:depth]) for name in names))
        depth -= 1
    told = []
    for group in groups[:AT_ONCE]:
        inside = [name for name in names if name == group or name.startswith(f"{group}.")]
        told.append(inside[0] if len(inside) == 1 else f"{group} ({len(inside)} tensors)")
    more = f" … ({len(groups) - AT_ONCE} more)" if len(groups) > AT_ONCE else ""
    return ", ".join(told) + more
