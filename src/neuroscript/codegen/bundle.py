"""Host classes of ours as part of the generated file, so that it needs torch alone."""

from __future__ import annotations

import ast as python_ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files

from neuroscript.diagnostics import InternalError

PRIMITIVES = "neuroscript.primitives"


@dataclass(slots=True)
class Bundled:
    """Sources of classes, in the order they need each other, and what they import."""

    classes: list[list[str]] = field(default_factory=list)
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
        for node in tree.body:
            if isinstance(node, python_ast.Import | python_ast.ImportFrom):
                _take_import(node, found)
            elif isinstance(node, python_ast.ClassDef):
                lines = _segment(text, node)
                if other and node.name == name:
                    lines[0] = lines[0].replace(f"class {name}", f"class {other}", 1)
                if lines not in found.classes:
                    found.classes.append(lines)
    return found


def _sources() -> dict[str, tuple[str, python_ast.Module]]:
    """Each host class with the file it stands in, found by reading them; nothing is imported."""
    found: dict[str, tuple[str, python_ast.Module]] = {}
    for entry in files(PRIMITIVES).iterdir():
        if entry.name.endswith(".py") and entry.name != "__init__.py":
            text = entry.read_text("utf-8")
            tree = python_ast.parse(text)
            for node in tree.body:
                if isinstance(node, python_ast.ClassDef):
                    found[node.name] = text, tree
    return found


def _take_import(node: python_ast.Import | python_ast.ImportFrom, found: Bundled) -> None:
    if isinstance(node, python_ast.ImportFrom) and node.module == "__future__":
        return
    found.imports.add(python_ast.unparse(node))


def _segment(text: str, node: python_ast.ClassDef) -> list[str]:
    return text.splitlines()[node.lineno - 1 : node.end_lineno]
