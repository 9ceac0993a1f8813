"""Which of the values that rounds of an `unroll` carry they replace."""

from __future__ import annotations

from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Shared, Target
from neuroscript.language.names.ports import ports_of
from neuroscript.language.syntax import ast


def aggregate(target: Target, definition: Definition) -> ast.Unroll | None:
    """The aggregate that is applied, whole or a round of it."""
    if not isinstance(target, Shared) or isinstance(target.value, ast.GlobalValue):
        return None
    if isinstance(target.value, ast.NameValue):
        item = definition.bindings.get(target.value.name)
    else:
        item = None if target.value.member else definition.bindings.get(target.value.name.text)
    return item if isinstance(item, ast.Unroll) else None


def replaced(item: ast.Item, definition: Definition) -> int:
    """How many of the first carried values a round, or a binding of it, replaces at most."""
    if isinstance(item, ast.Unroll):
        return max((replaced(inner, definition) for inner in item.items), default=0)
    ports = ports_of(item.value, definition, {})
    return 1 if ports is None or ports.outputs is None else len(ports.outputs)
