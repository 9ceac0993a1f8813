"""What is raised when diagnostics end the work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from neuroscript.diagnostics.diagnostic import Diagnostic
from neuroscript.diagnostics.render import render


class NeuroScriptError(Exception):
    """Something the user can mend; its text is the rendered diagnostics.

    `diagnostics` holds them as data, in source order. `exit_code` is what a command ends with.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return render(self.diagnostics)

    def __reduce__(self) -> tuple[type[NeuroScriptError], tuple[list[Diagnostic]]]:
        return type(self), (self.diagnostics,)


class InternalError(Exception):
    """A mistake of NeuroScript itself, never of its user."""

    def __str__(self) -> str:
        return (
            f"{super().__str__()}\n"
            "This is a bug in NeuroScript, not in your program. Please report it with the file "
            "that shows it."
        )
