"""Where in a config a setting of the weights stands."""

from __future__ import annotations

from neuroscript.config import Config
from neuroscript.diagnostics import Span


def place_of(config: Config, key: str, item: int | str | None = None) -> Span:
    """The value of a key, or of one item of it; a list of one item may stand without brackets."""
    found = config.where(f"{key}.{item}") if item is not None else None
    return found or config.place(key)
