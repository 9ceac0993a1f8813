"""A code of configs, data, components, training or weights stands for one diagnostic.

The codes of the language are those of its definition, where one may be about several mistakes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

import neuroscript
from neuroscript.cli.reference import FAMILIES
from neuroscript.diagnostics import Diagnostic


def diagnostics() -> Iterator[type[Diagnostic]]:
    """Every kind of diagnostic of the package, each once."""
    for module in pkgutil.walk_packages(neuroscript.__path__, "neuroscript."):
        if not module.name.endswith("__main__"):
            with suppress(ImportError):  # a package that is an extra
                importlib.import_module(module.name)
    todo, seen = [Diagnostic], set[type[Diagnostic]]()
    while todo:
        for cls in todo.pop().__subclasses__():
            if cls not in seen and cls.__module__.startswith("neuroscript."):
                seen.add(cls)
                todo.append(cls)
                yield cls


def test_no_two_diagnostics_declare_one_code() -> None:
    declared = defaultdict[str, list[str]](list)
    for cls in diagnostics():
        code = vars(cls).get("code")
        if isinstance(code, str) and code[:2] in FAMILIES:
            declared[code].append(f"{cls.__module__}.{cls.__name__}")
    assert len(declared) > 150
    assert {code: classes for code, classes in declared.items() if len(classes) > 1} == {}
