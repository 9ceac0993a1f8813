"""A cache that cannot be written."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic


@dataclass(frozen=True)
class NotKept(Diagnostic):
    code = "ND170"
    folder: str
    reason: str

    @property
    def message(self) -> str:
        name = self.span.source.name
        return f"`{name}` cannot be kept as columns in `{self.folder}`: {self.reason}"

    @property
    def help(self) -> str:
        return (
            "set NEUROSCRIPT_CACHE to a folder with more room, "
            "or `data.cache: never` to hold the data in memory"
        )
