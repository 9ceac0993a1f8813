"""Expressions and ports of the language, read a second time as Python.

Nothing here or in `library` knows the compiler.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch


class Wrong(Exception):
    """A program does not work: torch or a declaration says so."""


class Unsure(Exception):
    """The reference cannot tell what a changed program means."""


class Whole(int):
    """An integer of the language: divided exactly or not at all."""

    def __truediv__(self, other: object) -> Any:
        if isinstance(other, float):
            return int(self) / other
        return _exact(int(self), int(other))  # type: ignore[call-overload]

    def __rtruediv__(self, other: object) -> Any:
        if isinstance(other, float):
            return other / int(self)
        return _exact(int(other), int(self))  # type: ignore[call-overload]

    def __add__(self, other: Any) -> Any:
        return _whole(int(self) + other)

    def __sub__(self, other: Any) -> Any:
        return _whole(int(self) - other)

    def __mul__(self, other: Any) -> Any:
        return _whole(int(self) * other)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Any:
        return _whole(other - int(self))


def _whole(value: Any) -> Any:
    return Whole(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _exact(over: int, under: int) -> Whole:
    if under == 0 or over % under:
        raise Wrong(f"{over} / {under} is not a whole number")
    return Whole(over // under)


_WORDS = {
    "&&": " and ",
    "!": " not ",
    "||": " or ",
    "true": "True",
    "false": "False",
    "none": "None",
}
_TOKENS = re.compile(r"&&|!(?!=)|\|\||\b(?:true|false|none)\b|(?<![\w.])\d+(?![\w.])|@global |@")


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of an expression of the language."""

    def python(match: re.Match[str]) -> str:
        found = match.group()
        if found.startswith("@"):
            return ""
        return _WORDS.get(found) or f"Whole({found})"

    scope = {**names, "Whole": Whole}
    try:
        return eval(_TOKENS.sub(python, text), {"__builtins__": {}}, scope)
    except (NameError, TypeError, ValueError, RuntimeError, ZeroDivisionError) as error:
        raise Wrong(f"{text}: {error}") from error


def hold(
    declared: list[str], tensor: torch.Tensor, names: dict[str, Any], known: Mapping[str, Any]
) -> None:
    """Bind the names of a port to the sizes that are there; Wrong where they contradict it."""
    sizes = list(tensor.shape)
    run = next((i for i, dim in enumerate(declared) if dim.startswith("*")), None)
    if run is not None:
        behind = len(declared) - run - 1
        if len(sizes) < len(declared) - 1:
            raise Wrong(f"{sizes} is not [{', '.join(declared)}]")
        middle = sizes[run : len(sizes) - behind]
        name = declared[run]
        if name != "*" and names.setdefault(name, middle) != middle:
            raise Wrong(f"{name} is {names[name]} and {middle}")
        declared = declared[:run] + declared[run + 1 :]
        sizes = sizes[:run] + sizes[len(sizes) - behind :]
    if len(declared) != len(sizes):
        raise Wrong(f"{sizes} is not [{', '.join(declared)}]")
    for dim, size in zip(declared, sizes, strict=True):
        free = dim.isidentifier() and dim not in known
        if free and dim not in names:
            names[dim] = Whole(size)
        elif evaluate(dim, {**known, **names}) != size:
            raise Wrong(f"{size} is not {dim}")


def is_size_name(name: str) -> bool:
    """Whether a name of a generated program is the size of an axis and no parameter."""
    return _SIZE_NAME.match(name) is not None


_SIZE_NAME = re.compile(r"(?:batch|seq|height|width|length|size_\d+|part_\d+|[bsme])$")
