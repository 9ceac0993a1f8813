"""What can go wrong when generated code is run: hosts that are missing or refuse (NS606, NS607)."""

from __future__ import annotations

from neuroscript.diagnostics import Diagnostic, NeuroScriptError, or_list, record


@record
class HostCannotBeImported(Diagnostic):
    code = "NS606"
    host: str
    reason: str
    near: tuple[str, ...]
    advice: str = "install its package, or put its folder on PYTHONPATH"

    @property
    def message(self) -> str:
        return f"`{self.host}` cannot be imported: {self.reason}"

    @property
    def help(self) -> str:
        if self.near:
            return f"did you mean {or_list(self.near)}?"
        return self.advice


@record
class HostRefuses(Diagnostic):
    code = "NS607"
    reason: str

    @property
    def message(self) -> str:
        return f"the host class refuses its arguments: {self.reason}"

    @property
    def help(self) -> str:
        return "declare the parameters that the class takes, in its order"


@record
class SizeNotRead(Diagnostic):
    """A size that the generated code would need, and that nothing at hand has."""

    code = "NS310"
    size: str

    @property
    def message(self) -> str:
        return f"nothing that arrives says how large {self.size} is"

    @property
    def help(self) -> str:
        return "make it a parameter, or give it a place of its own in an input's shape"


class ConstructionError(NeuroScriptError, ValueError):
    """A model that cannot be built from the arguments it was given; a ValueError too."""
