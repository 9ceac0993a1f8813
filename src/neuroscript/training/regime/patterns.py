"""Parameters and layers by name: `encoder`, `*.bias`, `blocks.?.attention`."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that a pattern matches, and all that lies below a layer that it matches.

    >>> matching("encoder", ["encoder.weight", "encoder.0.bias", "encoder2.weight"])
    ['encoder.weight', 'encoder.0.bias']
    >>> matching("*.bias", ["encoder.weight", "encoder.0.bias"])
    ['encoder.0.bias']
    """
    below = f"{pattern}.*"
    return [name for name in names if fnmatchcase(name, pattern) or fnmatchcase(name, below)]


def with_layers(names: Iterable[str]) -> list[str]:
    """Names of parameters, and of the layers that they are in, each once.

    >>> with_layers(["encoder.0.weight", "encoder.0.bias"])
    ['encoder', 'encoder.0', 'encoder.0.weight', 'encoder.0.bias']
    """
    found: dict[str, None] = {}
    for name in names:
        parts = name.split(".")
        found |= {".".join(parts[:end]): None for end in range(1, len(parts) + 1)}
    return list(found)
