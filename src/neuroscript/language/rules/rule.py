"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neuroscript.diagnostics import Sink
from neuroscript.language.names.scope import Scope
from neuroscript.language.syntax import ast


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may look at, and where it tells what it found."""

    program: ast.Program
    scope: Scope
    sink: Sink


Rule = Callable[[Context], None]
"""Looks at a whole program; each rule is a file of its own."""
