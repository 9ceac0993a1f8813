"""A row to ask a model about, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic, Span

Place: TypeAlias = Callable[[tuple[str, ...]], Span]
"""Where the value that keys lead to stands; for no keys, the row."""


@dataclass(frozen=True, slots=True)
class Row:
    """Plain data as a line of a data file holds it, or what is wrong with that line."""

    value: Any
    place: Place
    problem: Diagnostic | None = None


def rows_of(values: Iterable[Any]) -> list[Row]:
    """Values that were passed in Python as rows; tensors and arrays become lists."""
    return [Row(_plain(value), _said(value)) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _said(value: Any) -> Place:
    def place(_keys: tuple[str, ...]) -> Span:
        text = repr(value)
        return said("row", text if len(text) <= 60 else f"{text[:60]}…")

    return place
