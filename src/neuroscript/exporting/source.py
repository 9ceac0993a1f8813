"""The neuron of a run as Python that needs torch alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from neuroscript.codegen.bundle import PRIMITIVES, bundle
from neuroscript.diagnostics import Span
from neuroscript.exporting.errors import ExportError, NoSource
from neuroscript.exporting.renaming import renamed

TRAINING = ("lightning", "neuroscript")
"""Packages of which a neuron in training needs what it does not need afterwards."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a module imports, and what it defines."""

    imports: list[str]
    definitions: list[str]


def standalone(text: str, place: Span, reserved: Iterable[str] = ()) -> Source:
    """The classes of a run's `model.py`, host classes of ours among them, without its training.

    `reserved` are names that are left to others. Raises ExportError if it needs Python that does
    not belong to it.
    """
    kept: list[ast.stmt] = []
    hosts: set[str] = set()
    imports: set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.module == PRIMITIVES:
            hosts |= {ast.unparse(alias) for alias in node.names}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            imports |= _needed(node, place)
        elif not _is_docstring(node) and not _trains(node):
            kept.append(node)
    bundled = bundle(hosts)
    for line in bundled.imports:
        imports.add(line)
    lines = text.splitlines()
    own = ["\n".join(lines[_start(node) - 1 : node.end_lineno]) for node in kept]
    taken = {node.name for node in kept if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    ours = ["\n".join(part) for part in bundled.definitions]
    for name in sorted(taken | set(reserved)):
        ours = [renamed(part, name, f"core_{name}") for part in ours]
    definitions = ours + own
    return Source(_used(imports, definitions), definitions)


def _needed(node: ast.Import | ast.ImportFrom, place: Span) -> set[str]:
    """An import of torch or of Python itself; nothing for what only training needs."""
    named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
    for name in named:
        package = (name or ".").partition(".")[0]
        if package in TRAINING:
            return set()
        if package not in sys.stdlib_module_names and package not in ("torch", "numpy"):
            raise ExportError([NoSource(place, f"its neuron imports `{name}`")])
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return set()
    return {ast.unparse(node)}


def _trains(node: ast.stmt) -> bool:
    """Whether a definition is the LightningModule of the neuron."""
    if not isinstance(node, ast.ClassDef):
        return False
    return any(isinstance(base, ast.Name) and base.id == "RegistryHooks" for base in node.bases)


def _used(imports: set[str], definitions: list[str]) -> list[str]:
    """The imports without names that nothing uses."""
    trees = [ast.parse(part) for part in definitions]
    used = {n.id for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Name)}
    found: set[str] = set()
    for line in imports:
        (node,) = ast.parse(line).body
        assert isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names:
            if (alias.asname or alias.name.partition(".")[0]) in used:
                single = type(node)(**{**vars(node), "names": [alias]})
                found.add(ast.unparse(single))
    return sorted(found)


def _start(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return int(decorators[0].lineno if decorators else node.lineno)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
