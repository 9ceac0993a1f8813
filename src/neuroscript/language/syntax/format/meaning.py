"""What a program says, apart from where and how it is written."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from neuroscript.diagnostics import Source, Span
from neuroscript.language.syntax import ast

_END = object()


def meaning(program: ast.Program) -> list[object]:
    """A list that is equal for two programs if they say the same.

    Places are left out. A connection is the row of its steps, whether they stand on one line or
    below each other; where a line may start anew from a named value is marked.
    """
    found: list[object] = []
    stack: list[object] = [program]
    while stack:
        node = stack.pop()
        match node:
            case Span() | Source():
                pass
            case ast.Block(lines):
                stack.extend(reversed(lines))
            case ast.Line(steps, block):
                if _may_start(node):
                    found.append("start")
                stack.extend(part for part in (block, *reversed(steps)) if part is not None)
            case tuple():
                found.append(len(node))
                stack.extend(reversed(node))
            case _ if is_dataclass(node) and not isinstance(node, type):
                found.append(type(node).__name__)
                stack.append(_END)
                stack.extend(getattr(node, field.name) for field in reversed(fields(node)))
            case _:
                found += ("end",) if node is _END else (type(node).__name__, node)
    return found


def _may_start(line: ast.Line) -> bool:
    """Whether this may be a connection of its own rather than go on from the one before."""
    followed = len(line.steps) > 1 or line.block is not None
    return followed and not line.continues and isinstance(line.steps[0], _SOURCES)


_SOURCES = (ast.Node, ast.TupleStep, ast.Call)
