"""Another name for something that Python code defines and uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def renamed(code: str, name: str, other: str) -> str:
    """The code with a global name replaced, attributes and locals of that name left alone.

    >>> renamed("def load(x):\\n    return x.load + load(x)", "load", "core_load")
    'def core_load(x):\\n    return x.load + core_load(x)'
    """
    if name not in code:
        return code
    lines = [line.encode() for line in code.splitlines()]
    places = sorted(set(_places(ast.parse(code), name, lines)), reverse=True)
    for line, column in places:
        text = lines[line - 1]
        lines[line - 1] = text[:column] + other.encode() + text[column + len(name.encode()) :]
    return b"\n".join(lines).decode()


def _places(node: ast.AST, name: str, lines: list[bytes]) -> Iterator[tuple[int, int]]:
    """The line and column of each use of a global name."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
        column = lines[node.lineno - 1].index(name.encode(), node.col_offset)
        yield node.lineno, column
    if isinstance(node, ast.Name) and node.id == name:
        yield node.lineno, node.col_offset
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.FunctionDef | ast.Lambda) and _is_local(child, name)):
            yield from _places(child, name, lines)


def _is_local(function: ast.FunctionDef | ast.Lambda, name: str) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.arg) and node.arg == name:
            return True
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
    return False
