"""What can be wrong with the tensors that a loss is given."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic, NeuroScriptError


@dataclass(frozen=True)
class ShapesDiffer(Diagnostic):
    code = "NR110"
    loss: str
    predictions: tuple[int, ...]
    targets: tuple[int, ...]
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.loss} cannot compare predictions {list(self.predictions)} "
            f"with targets {list(self.targets)}"
        )

    @property
    def help(self) -> str:
        return self.expected


def shapes_differ(
    loss: str, predictions: tuple[int, ...], targets: tuple[int, ...], expected: str
) -> NeuroScriptError:
    """The error to raise; a loss knows no place in a file, so the place is the loss itself."""
    return NeuroScriptError(
        [ShapesDiffer(said("loss", loss), loss, predictions, targets, expected)]
    )
