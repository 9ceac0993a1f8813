"""Host classes of ours as part of the generated file, so that it needs torch alone."""

from __future__ import annotations

import ast as python_ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from neuroscript.diagnostics import InternalError

PRIMITIVES = "neuroscript.primitives"


@dataclass(slots=True)
class Bundled:
    """Sources of what is defined, in the order they need each other, and what they import."""

    definitions: list[list[str]] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)


def bundle(names: Iterable[str]) -> Bundled:
    """The sources of host classes; each entry is `Name` or `Name as Other`."""
    found = Bundled()
    sources = _sources()
    for entry in sorted(names):
        name, _, other = entry.partition(" as ")
        if name not in sources:
            raise InternalError(f"there is no host class {name}")
        text, tree = sources[name]
        _take_file(text, tree, (name, other) if other else None, sources, found)
    return found


def _take_file(
    text: str,
    tree: python_ast.Module,
    renamed: tuple[str, str] | None,
    sources: Mapping[str, tuple[str, python_ast.Module]],
    found: Bundled,
) -> None:
    """All that a file defines, behind what it takes from files beside it."""
    for node in tree.body:
        if _is_docstring(node):
            continue
        if isinstance(node, python_ast.Import | python_ast.ImportFrom):
            if isinstance(node, python_ast.ImportFrom) and f"{node.module}.".startswith(PRIMITIVES):
                for imported in node.names:
                    _take_file(*sources[imported.name], None, sources, found)
            else:
                _take_import(node, found)
            continue
        lines = _segment(text, node)
        if renamed is not None and getattr(node, "name", None) == renamed[0]:
            old, new = renamed
            lines[0] = lines[0].replace(f" {old}", f" {new}", 1)
        if lines not in found.definitions:
            found.definitions.append(lines)


def _sources() -> dict[str, tuple[str, python_ast.Module]]:
    """Each name with the file that defines it, found by reading them; nothing is imported."""
    found: dict[str, tuple[str, python_ast.Module]] = {}
    for entry in files(PRIMITIVES).iterdir():
        if entry.name.endswith(".py") and entry.name != "__init__.py":
            text = entry.read_text("utf-8")
            tree = python_ast.parse(text)
            for node in tree.body:
                for name in _defined(node):
                    found[name] = text, tree
    return found


def _defined(node: python_ast.stmt) -> list[str]:
    match node:
        case python_ast.ClassDef(name) | python_ast.FunctionDef(name):
            return [name]
        case python_ast.Assign(targets):
            return [target.id for target in targets if isinstance(target, python_ast.Name)]
        case _:
            return []


def _is_docstring(node: python_ast.stmt) -> bool:
    return isinstance(node, python_ast.Expr) and isinstance(node.value, python_ast.Constant)


def _take_import(node: python_ast.Import | python_ast.ImportFrom, found: Bundled) -> None:
    if isinstance(node, python_ast.ImportFrom) and node.module == "__future__":
        return
    found.imports.add(python_ast.unparse(node))


def _segment(text: str, node: python_ast.stmt) -> list[str]:
    """The lines of a definition, its decorators included."""
    decorators = getattr(node, "decorator_list", [])
    start = decorators[0].lineno if decorators else node.lineno
    return text.splitlines()[start - 1 : node.end_lineno]
