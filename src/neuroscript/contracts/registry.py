"""One registry mechanism for the five kinds of component.

A name is looked up among what was registered, then among the built-in files, then among the
entry points of installed packages. A built-in is the file `contracts/<kind>/<name>.py`, which
registers itself when it is imported, as a user's own file does; it gives way to a
registration that is there already.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar, overload

from neuroscript.contracts.errors import (
    EntryPointFailed,
    NameTakenTwice,
    PluginError,
    UnknownContract,
    UnknownImplementation,
    said,
)
from neuroscript.diagnostics import Span

Implementation = Callable[..., Any]
"""What can be registered: a contract's subclass, or a class or function of the ecosystem."""

I = TypeVar("I", bound=Implementation)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the five kinds of component."""

    name: str
    plural: str
    default: str | None = None
    """What is taken where a config names none; None if that depends on the task."""

    @property
    def group(self) -> str:
        """The entry-point group in which installed packages announce implementations."""
        return f"neuroscript.{self.plural}"

    @property
    def package(self) -> str:
        """The package whose modules are the built-in implementations."""
        return f"neuroscript.contracts.{self.name}"


class Registry:
    """The implementations of one kind, by name.

    >>> losses = Registry(Kind("loss", "losses"))
    >>> @losses.register("absolute")
    ... def absolute(predictions, targets):
    ...     return (predictions - targets).abs().mean()
    >>> losses.get("absolute") is absolute
    True
    >>> "mse" in losses.names()
    True
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._registered: dict[str, Implementation] = {}

    @overload
    def register(self, name: str, implementation: I, *, replace: bool = True) -> I: ...

    @overload
    def register(self, name: str, *, replace: bool = True) -> Callable[[I], I]: ...

    def register(
        self, name: str, implementation: I | None = None, *, replace: bool = True
    ) -> I | Callable[[I], I]:
        """Makes an implementation known under a name; without one, a decorator that does.

        The last registration of a name wins; with `replace=False` the first does.
        """
        if implementation is None:

            def decorate(decorated: I) -> I:
                return self.register(name, decorated, replace=replace)

            return decorate
        if replace or name not in self._registered:
            self._registered[name] = implementation
        return implementation

    def get(self, name: str, span: Span | None = None) -> Implementation:
        """The implementation of that name, as it was registered.

        Raises UnknownContract, at `span` if there is one, naming what is available.
        """
        if name not in self._registered:
            if name in self.built_in:
                importlib.import_module(f"{self.kind.package}.{name}")
            elif entries := self.entry_points().get(name):
                self.register(name, self._load(name, entries, span))
            else:
                raise self._unknown(name, span)
        return self._registered[name]

    def require(self, name: str, span: Span | None = None) -> None:
        """Raises UnknownContract as `get` does, without importing any implementation."""
        if name not in self.names():
            raise self._unknown(name, span)

    def _unknown(self, name: str, span: Span | None) -> UnknownContract:
        place = span or said(self.kind.name, name)
        return UnknownContract([UnknownImplementation(place, self.kind.name, name, self.names())])

    def names(self) -> list[str]:
        """Every name that `get` knows, without importing any implementation."""
        return sorted({*self._registered, *self.built_in, *self.entry_points()})

    @cached_property
    def built_in(self) -> frozenset[str]:
        """The module names of the kind's package; what they share lives in subpackages."""
        package = importlib.util.find_spec(self.kind.package)
        folders = package.submodule_search_locations if package else None
        return frozenset(m.name for m in pkgutil.iter_modules(folders) if not m.ispkg)

    def entry_points(self) -> dict[str, list[EntryPoint]]:
        """What installed packages announce, by name; more than one package may take a name."""
        found: dict[str, list[EntryPoint]] = {}
        for entry in entry_points(group=self.kind.group):
            same = found.setdefault(entry.name, [])
            if entry.value not in [other.value for other in same]:
                same.append(entry)
        return found

    def _load(self, name: str, entries: list[EntryPoint], span: Span | None) -> Implementation:
        place = span or said(self.kind.name, name)
        if len(entries) > 1:
            packages = [package_of(entry) for entry in entries]
            raise PluginError([NameTakenTwice(place, self.kind.name, name, packages)])
        (entry,) = entries
        try:
            loaded: Implementation = entry.load()
        except Exception as error:  # anything may go wrong in the code of others
            package, reason = package_of(entry), reason_of(entry, error)
            told = EntryPointFailed(place, self.kind.name, name, package, entry.value, reason)
            raise PluginError([told]) from error
        return loaded


def package_of(entry: EntryPoint) -> str:
    """The package that announces something, with its version: `shapes 1.0`."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "a package"


def reason_of(entry: EntryPoint, error: Exception) -> str:
    """Why an entry point cannot be loaded."""
    if EntryPoint.pattern.match(entry.value) is None:
        return "that is not of the form `module:name`"
    return f"{type(error).__name__}: {error}"


KINDS = (
    Kind("dataloader", "dataloaders", "jsonl"),
    Kind("loss", "losses"),
    Kind("optimizer", "optimizers", "adam"),
    Kind("checkpoint", "checkpoints", "torch"),
    Kind("logger", "loggers", "console"),
)

SCHEDULE = Kind("schedule", "schedules", "constant")
"""What goes through the same mechanism without being one of the five contracts."""

_REGISTRIES = {kind.name: Registry(kind) for kind in (*KINDS, SCHEDULE)}


class ContractRegistry:
    """Where components are registered and found by name.

    >>> from neuroscript.contracts import ContractRegistry
    >>> ContractRegistry.list_available("checkpoint")
    {'checkpoint': ['safetensors', 'torch']}
    """

    register_dataloader = _REGISTRIES["dataloader"].register
    register_loss = _REGISTRIES["loss"].register
    register_optimizer = _REGISTRIES["optimizer"].register
    register_checkpoint = _REGISTRIES["checkpoint"].register
    register_logger = _REGISTRIES["logger"].register
    register_schedule = _REGISTRIES["schedule"].register

    get_dataloader = _REGISTRIES["dataloader"].get
    get_loss = _REGISTRIES["loss"].get
    get_optimizer = _REGISTRIES["optimizer"].get
    get_checkpoint = _REGISTRIES["checkpoint"].get
    get_logger = _REGISTRIES["logger"].get
    get_schedule = _REGISTRIES["schedule"].get

    @staticmethod
    def list_available(kind: str | None = None) -> dict[str, list[str]]:
        """The registered names by kind, of one kind or of all; nothing is imported for it."""
        kinds = [kind] if kind else [kind.name for kind in KINDS]
        return {name: ContractRegistry.of(name).names() for name in kinds}

    @staticmethod
    def of(kind: str) -> Registry:
        """The registry of one kind."""
        if kind not in _REGISTRIES:
            place = said("kind", kind)
            raise UnknownContract([UnknownImplementation(place, "kind", kind, list(_REGISTRIES))])
        return _REGISTRIES[kind]


register_dataloader = ContractRegistry.register_dataloader
register_loss = ContractRegistry.register_loss
register_optimizer = ContractRegistry.register_optimizer
register_checkpoint = ContractRegistry.register_checkpoint
register_logger = ContractRegistry.register_logger
register_schedule = ContractRegistry.register_schedule
