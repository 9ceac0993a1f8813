"""Frozen dataclasses that cost nothing before they are used."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import Any, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)

_MAKING = RLock()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Class) -> Class:
    """Make a class a frozen dataclass when its first instance is made.

    A program uses few of the many kinds of diagnostics and syntax there are, and what dataclasses
    write for each of them takes longer than to check a small program.

    >>> @record
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1)
    Point(x=1, y=0)
    """
    cls.__init__ = _first  # type: ignore[misc]
    return cls


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def unique(cls: Class) -> Class:
    """A `record` of which every instance is equal to itself alone.

    >>> @unique
    ... class Place:
    ...     name: str
    >>> Place("here") == Place("here")
    False
    """
    cls.__init__ = _first_unique  # type: ignore[misc]
    return cls


def _first(self: Any, *args: Any, **kwargs: Any) -> None:
    """Stands in for `__init__` until the classes behind an instance are dataclasses."""
    with _MAKING:
        for base in reversed(type(self).__mro__):
            init = base.__dict__.get("__init__")
            if init is _first or init is _first_unique:
                type.__delattr__(base, "__init__")
                dataclass(frozen=True, eq=init is _first)(base)
    self.__init__(*args, **kwargs)


def _first_unique(self: Any, *args: Any, **kwargs: Any) -> None:
    """The same for a `unique` class."""
    _first(self, *args, **kwargs)
