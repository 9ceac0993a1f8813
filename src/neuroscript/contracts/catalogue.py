"""Everything that is registered: what it is called, where it is from, what it takes."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from neuroscript.contracts.contract import Options
from neuroscript.contracts.create import said_object
from neuroscript.contracts.dataloader import DATA_KEYS
from neuroscript.contracts.option_types import type_in_words
from neuroscript.contracts.registry import ContractRegistry, Implementation, Registry, package_of
from neuroscript.diagnostics import NeuroScriptError

GIVEN = {"dataloader": DATA_KEYS, "optimizer": ("lr",)}
"""What the config has keys of its own for: `data.batch_size`, `training.lr`."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option as the component's own class declares it."""

    name: str
    type: str | None
    """What it takes, in words; None if its class does not say."""

    default: Any = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One implementation of one kind."""

    kind: str
    name: str
    origin: str
    """`built in`, a package with its version, a file, or a module."""

    doc: str
    """Its first sentence, `""` if it has none."""

    options: tuple[Option, ...] | None
    """None if it takes whatever it is given and judges by itself."""

    default: bool = False
    """Whether it is taken where a config names none."""

    problem: str | None = None
    """Why it cannot be used."""


def catalogue(kind: str) -> list[Entry]:
    """Every implementation of a kind, by name.

    Each is imported for it; one that fails is listed with its problem. Raises UnknownContract if
    there is no such kind.

    >>> entries = {entry.name: entry for entry in catalogue("loss")}
    >>> entries["huber"].origin, entries["huber"].doc
    ('built in', 'Squared below `delta`, absolute above it: regression with outliers.')
    >>> entries["huber"].options[-1]
    Option(name='delta', type='a number', default=1.0, required=False)
    """
    registry = ContractRegistry.of(kind)
    return [entry for name in registry.names() for entry in _entries(registry, name)]


def options_taken(kind: str, name: str, implementation: Implementation) -> Options | None:
    """The options of an implementation beside what it is always given; None if it judges itself.

    Raises TypeError if it cannot serve as one of that kind.
    """
    package = importlib.import_module(ContractRegistry.of(kind).kind.package)
    context: dict[str, tuple[Any, ...]] = {"optimizer": (None, 0.0), "dataloader": ({},)}
    recipe = package.recipe(name, implementation, *context.get(kind, ()))
    if recipe is None:
        raise TypeError(f"{said_object(implementation)} cannot serve as one")
    options: Options | None = recipe.options
    given = GIVEN.get(kind, ())
    return options and {name: option for name, option in options.items() if name not in given}


def _entries(registry: Registry, name: str) -> Iterator[Entry]:
    kind = registry.kind
    try:
        implementation = registry.get(name)
        options = options_taken(kind.name, name, implementation)
    except (NeuroScriptError, TypeError) as error:
        told = error.diagnostics[0].message if isinstance(error, NeuroScriptError) else str(error)
        packages = [package_of(entry) for entry in registry.entry_points().get(name, ())]
        yield Entry(kind.name, name, ", ".join(packages) or "registered", "", None, problem=told)
        return
    origin = origin_of(registry, name, implementation)
    yield Entry(
        kind.name,
        name,
        origin,
        first_sentence(implementation, _built_in(registry, name, implementation)),
        None if options is None else tuple(map(_option, options.values())),
        name == kind.default,
    )
    for entry in registry.entry_points().get(name, ()):
        package = package_of(entry)
        if package != origin:
            hidden = f"hidden by the one that is {origin}"
            yield Entry(kind.name, name, package, "", None, problem=hidden)


def origin_of(registry: Registry, name: str, implementation: Implementation) -> str:
    """Where an implementation is from: built in, a package with its version, a file, a module."""
    if _built_in(registry, name, implementation) is not None:
        return "built in"
    for entry in registry.entry_points().get(name, ()):
        if entry.load() is implementation:
            return package_of(entry)
    subject = _described(implementation)
    try:
        file = Path(inspect.getfile(subject))
    except (TypeError, OSError):
        return str(subject.__module__)
    return str(file) if file.is_file() else str(subject.__module__)


def first_sentence(implementation: Implementation, module: ModuleType | None = None) -> str:
    """The first sentence of its own docstring, or of that of the module which registers it."""
    subject = _described(implementation)
    own = vars(subject).get("__doc__") if isinstance(subject, type) else subject.__doc__
    if module is not None and subject.__module__ != module.__name__:
        own = module.__doc__
    paragraph = " ".join(inspect.cleandoc(own or "").partition("\n\n")[0].split())
    return f"{paragraph.partition('. ')[0].rstrip('.:')}." if paragraph else ""


def _built_in(registry: Registry, name: str, implementation: Implementation) -> ModuleType | None:
    """The built-in file that registered it."""
    module = sys.modules.get(f"{registry.kind.package}.{name}")
    if name not in registry.built_in or module is None:
        return None
    return module if any(value is implementation for value in vars(module).values()) else None


def _described(implementation: Any) -> Any:
    """The class or function that says what an implementation is."""
    return implementation if hasattr(implementation, "__qualname__") else type(implementation)


def _option(parameter: inspect.Parameter) -> Option:
    empty = inspect.Parameter.empty
    annotated = parameter.annotation is not empty
    words = type_in_words(parameter.annotation) if annotated else None
    if parameter.default is empty:
        return Option(parameter.name, words, required=True)
    return Option(parameter.name, words, parameter.default)
