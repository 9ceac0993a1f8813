"""The components that a config names: which, of what kind, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuroscript.config.config import Config

KINDS = {
    "training.optimizer": "optimizer",
    "training.schedule": "schedule",
    "training.loss": "loss",
    "training.logger": "logger",
    "training.checkpoint": "checkpoint",
}
"""The keys whose value is a component, a name or a mapping with options, and the kind of each."""


@dataclass(frozen=True, slots=True)
class Named:
    """A component that is named in a config."""

    kind: str
    name: str
    key: str
    """The key that holds the name, such as `training.logger.1.name`."""


def named_components(config: Config) -> Iterator[Named]:
    """Every component with a name; one without is its kind's default.

    >>> from neuroscript.config import load_config
    >>> config = load_config({"training": {"loss": {"name": "huber", "delta": 2.0}}})
    >>> [named.key for named in named_components(config)][1]
    'training.loss.name'
    """
    if config.data.format is not None:
        yield Named("dataloader", config.data.format, "data.format")
    for key, kind in KINDS.items():
        for place, name in _names(config.get(key), key):
            yield Named(kind, name, place)


def _names(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """The names in one component, in a list of them, or in one for each output."""
    match value:
        case str():
            yield key, value
        case {"name": str(name)}:
            yield f"{key}.name", name
        case list():
            for index, item in enumerate(value):
                yield from _names(item, f"{key}.{index}")
        case dict() if key == "training.loss":
            for output, item in value.items():
                yield from _names(item, f"{key}.{output}")
        case _:
            pass
