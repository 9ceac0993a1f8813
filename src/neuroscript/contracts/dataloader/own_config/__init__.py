"""Loaders that read their config by themselves: which keys they look at."""

from __future__ import annotations

import weakref
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any, TypeVar

T = TypeVar("T")


class Watched(dict[str, Any]):
    """A dict that remembers what was looked at; to go through it is to look at everything.

    >>> config = Watched({"samples": 3, "nosie": 0.1})
    >>> config["samples"], config.get("noise")
    (3, None)
    >>> sorted(config.read)
    ['noise', 'samples']
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(config)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """As of a dict."""
        self.read.add(key)
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """As of a dict."""
        self.read.add(key)
        return super().pop(key, *default)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self.read.update(super().keys())
        return super().__iter__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """As of a dict."""
        self.read.update(super().keys())
        return super().keys()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """As of a dict."""
        self.read.update(super().keys())
        return super().values()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """As of a dict."""
        self.read.update(super().keys())
        return super().items()

    def copy(self) -> dict[str, Any]:
        """As of a dict."""
        return dict(self.items())


def made_and_read(
    make: Callable[[Mapping[str, Any]], T], config: Mapping[str, Any]
) -> tuple[T, set[str] | None]:
    """What `make` gives for a config, and the keys it looked at.

    None if it keeps the config: it may yet look at the others.
    """
    watched = Watched(config)
    read, alive = watched.read, weakref.ref(watched)
    made = make(watched)
    del watched
    return made, read if alive() is None else None
