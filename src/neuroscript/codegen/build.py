"""From generated text to classes: the first place that imports torch, by running the text.

Statements are compiled at the places of the source that they stand for, so that a traceback
through a generated class shows the lines of the `.ns` file.
"""

from __future__ import annotations

import ast as python_ast
import sys
from importlib import import_module
from itertools import count
from types import CodeType, ModuleType
from typing import Any

from neuroscript.codegen.errors import HostCannotBeImported
from neuroscript.codegen.importable import importable_from
from neuroscript.codegen.kept_source import keep_source
from neuroscript.codegen.module import Code
from neuroscript.diagnostics import NeuroScriptError, Source, Span, nearest

_numbers = count(1)


def build(code: Code, module: ModuleType | None = None) -> ModuleType:
    """Run generated code; the module holds its classes.

    The text is kept where `inspect.getsource` finds it. Without a `module` to fill, one is made
    and registered in `sys.modules` under a name of its own, so that its classes can be pickled in
    this process. Raises NeuroScriptError (NS606) if a host class cannot be imported.
    """
    hosts = import_hosts(code)
    number = next(_numbers)
    filename = f"<neuroscript {code.name} {number}>"
    keep_source(filename, code.text)
    if module is None:
        module = ModuleType(f"neuroscript.generated_{number}", f"Generated from {code.name}.")
        sys.modules[module.__name__] = module
    module.__file__ = filename
    for statement in python_ast.parse(code.text).body:
        if isinstance(statement, python_ast.ImportFrom):
            _take_hosts(statement, hosts, module)
            if not statement.names:
                continue
        line = statement.lineno
        exec(_compiled(statement, code, filename), module.__dict__)  # noqa: S102 (text we wrote)
        if isinstance(statement, python_ast.ClassDef):
            # There Python 3.13 and later look for the source of a class.
            module.__dict__[statement.name].__firstlineno__ = line
    return module


def import_hosts(code: Code) -> dict[tuple[str, str], Any]:
    """Import the classes that users' neurons name; NS606 for those that cannot be.

    A module may lie beside the `.ns` file that names it.
    """
    problems = []
    hosts = {}
    for (module, name), place in code.hosts.items():
        beside = place.source.path.parent if place.source.path is not None else None
        try:
            with importable_from(beside, {module.partition(".")[0]}):
                found = import_module(module)
        except Exception as error:  # noqa: BLE001 (whatever a user's module raises)
            reason = f"{type(error).__name__}: {error}"
            problems.append(HostCannotBeImported(place, f"{module}.{name}", reason, ()))
            continue
        if not hasattr(found, name):
            near = tuple(nearest(name, [n for n in dir(found) if not n.startswith("_")]))
            reason = f"`{module}` has no `{name}`"
            problems.append(HostCannotBeImported(place, f"{module}.{name}", reason, near))
            continue
        hosts[module, name] = getattr(found, name)
    if problems:
        raise NeuroScriptError(problems)
    return hosts


def _take_hosts(
    statement: python_ast.ImportFrom, hosts: dict[tuple[str, str], Any], module: ModuleType
) -> None:
    """Gives a module the hosts that a statement imports, and the statement what is left.

    Modules of one name may lie beside several `.ns` files, and `import` knows only one of them.
    """
    left = []
    for alias in statement.names:
        key = str(statement.module), alias.name
        if key in hosts:
            module.__dict__[alias.asname or alias.name] = hosts[key]
        else:
            left.append(alias)
    statement.names = left


def _compiled(statement: python_ast.stmt, code: Code, filename: str) -> CodeType:
    """An import at its own line; a class with its statements at those of the source."""
    place = _place(code, statement)
    name = filename
    if isinstance(statement, python_ast.ClassDef) and place is not None:
        name = _source_file(place.source)
        for method in statement.body:
            _relocate(method, code, place)
        statement.lineno = statement.end_lineno = place.line
    return compile(python_ast.Module([statement], []), name, "exec")


def _place(code: Code, node: python_ast.stmt) -> Span | None:
    return code.places[node.lineno - 1] if node.lineno <= len(code.places) else None


def _relocate(node: python_ast.stmt, code: Code, outer: Span) -> None:
    """Give a statement and what is in it the line of the source that it stands for."""
    for inner in python_ast.walk(node):
        line = getattr(inner, "lineno", None)
        if line is None:
            continue
        place = code.places[line - 1] or outer
        target = place.line if place.source is outer.source else outer.line
        inner.lineno = inner.end_lineno = target  # type: ignore[attr-defined]
        inner.col_offset = inner.end_col_offset = 0  # type: ignore[attr-defined]


def _source_file(source: Source) -> str:
    """What tracebacks call a source: its path, or a name under which its text is kept."""
    if source.path is not None:
        return str(source.path)
    name = source.name if source.name.startswith("<") else f"<{source.name}>"
    keep_source(name, source.text)
    return name
