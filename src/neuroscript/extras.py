"""Packages that only some users need: each comes with an extra of this one."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import ModuleType

from neuroscript.diagnostics import Diagnostic, NeuroScriptError, Source, Span


@dataclass(frozen=True)
class ExtraMissing(Diagnostic):
    code = "NR150"
    what: str
    package: str
    extra: str

    @property
    def message(self) -> str:
        return f"{self.what} needs the package `{self.package}`, which is not installed"

    @property
    def help(self) -> str:
        return f'pip install "neuroscript[{self.extra}]"'


class ExtraMissingError(NeuroScriptError):
    """Something needs a package that is not installed."""


def needs(module: str, *, extra: str, what: str, span: Span | None = None) -> ModuleType:
    """The module, imported; `what` says in the error what it is needed for.

    Raises ExtraMissingError with the command that installs it.

    >>> needs("json", extra="none", what="reading JSON").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        place = span or Span(Source(f"neuroscript[{extra}]", ""), 0, 0)
        raise ExtraMissingError([ExtraMissing(place, what, package, extra)]) from None
