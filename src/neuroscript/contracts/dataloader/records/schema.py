"""What the first record says about all of them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["number", "boolean", "name", "text"]
"""What a field holds; strings are names of classes in targets, and text in inputs."""

KIND_WORDS: dict[Kind, str] = {
    "number": "numbers",
    "boolean": "booleans",
    "name": "names",
    "text": "texts",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column: the keys that lead to it in a record, and what every record has there."""

    keys: tuple[str, ...]
    shape: tuple[int, ...]
    kind: Kind

    @property
    def name(self) -> str:
        return ".".join(self.keys)

    def takes(self, value: Any) -> bool:
        """Whether a single value is of the kind that the field holds."""
        return kind_of(value, "target" if self.kind == "name" else "input") == self.kind


@dataclass(frozen=True)
class Schema:
    """The fields of a record; `ignored` are its keys that are used for nothing."""

    inputs: dict[str, Field]
    targets: dict[str, Field]
    ignored: tuple[str, ...]
    first_line: int

    @property
    def fields(self) -> list[Field]:
        """The inputs, then the targets."""
        return [*self.inputs.values(), *self.targets.values()]

    @property
    def form(self) -> Hashable:
        """What two schemas share that describe records alike."""
        return tuple(self.inputs.items()), tuple(self.targets.items())

    @property
    def keys(self) -> list[str]:
        """The keys of the record that are used."""
        return list(dict.fromkeys(field.keys[0] for field in self.fields))


def find_fields(record: dict[str, Any], single: str) -> dict[str, tuple[str, ...]] | None:
    """The ports under `input` or `target`, with the keys that lead to each; None if absent.

    >>> find_fields({"input": {"left": [1], "right": [2]}}, "input")
    {'left': ('input', 'left'), 'right': ('input', 'right')}
    >>> find_fields({"input": [1]}, "input")
    {'input': ('input',)}
    """
    if single not in record:
        return None
    value = record[single]
    if isinstance(value, dict):
        return {port: (single, port) for port in value}
    return {single: (single,)}


MAX_DEPTH = 32


def shape_of(value: Any, depth: int = 0) -> tuple[int, ...] | None:
    """The shape of nested lists; None if lists at one level differ, or go too deep.

    >>> shape_of([[1, 2], [3, 4], [5, 6]])
    (3, 2)
    >>> shape_of([[1, 2], [3]]) is None
    True
    """
    if not isinstance(value, list):
        return ()
    if depth == MAX_DEPTH:
        return None
    shapes = {shape_of(item, depth + 1) for item in value}
    if len(shapes) > 1 or None in shapes:
        return None
    inner = shapes.pop() if shapes else ()
    return None if inner is None else (len(value), *inner)


def leaf(value: Any) -> Any:
    """The first single value in nested lists; None in an empty list."""
    while isinstance(value, list):
        value = value[0] if value else None
    return value


def kind_of(value: Any, role: str = "input") -> Kind | None:
    """What a single value counts as in an input or a target; None for null and objects."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text" if role == "input" else "name"
    return None


def value_at(record: dict[str, Any], keys: tuple[str, ...]) -> Any:
    """The value that keys lead to; raises KeyError or TypeError where they do not."""
    value: Any = record
    for key in keys:
        value = value[key]
    return value
