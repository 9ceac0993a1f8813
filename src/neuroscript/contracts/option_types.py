"""Holding an option's value against the annotation of its parameter."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from inspect import Parameter
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    type(None): "null",
    list: "a list",
    tuple: "a list",
    Sequence: "a list",
    dict: "a mapping",
    Mapping: "a mapping",
}


def misfit(value: Any, parameter: Parameter | None) -> str | None:
    """What the value should be instead; None if it fits, or if that cannot be told.

    >>> from neuroscript.contracts.contract import options_of
    >>> def sgd(momentum: float = 0.0): ...
    >>> misfit("high", options_of(sgd)["momentum"])
    'a number'
    """
    if parameter is None or parameter.annotation is Parameter.empty:
        return None
    if value is None and parameter.default is None:
        return None
    return None if _fits(value, parameter.annotation) else _words(parameter.annotation)


def said_value(value: Any) -> str:
    """A value as a sentence shows it."""
    return "null" if value is None else f"`{str(value)[:40]}`"


def _fits(value: Any, annotation: Any) -> bool:
    """Whether a value is right; text is never right for a class that is not known here."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is Literal:
        return value in arguments
    kind = origin or annotation
    if kind in (list, tuple, Sequence):
        return isinstance(value, (list, tuple)) and _items_fit(value, kind, arguments)
    if kind in (dict, Mapping):
        return isinstance(value, Mapping)
    if kind is Path:
        return isinstance(value, (str, Path))
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in (bool, str, type(None)):
        return isinstance(value, kind)
    return not (isinstance(kind, type) and isinstance(value, str))


def _items_fit(values: Sequence[Any], kind: Any, arguments: tuple[Any, ...]) -> bool:
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        return len(values) == len(arguments) and all(map(_fits, values, arguments))
    return not arguments or all(_fits(value, arguments[0]) for value in values)


def _words(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_words(argument) for argument in arguments))
    if origin is Literal:
        return " or ".join(f"`{argument}`" for argument in arguments)
    kind = origin or annotation
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        return f"a list of {len(arguments)} values"
    return WORDS.get(kind, getattr(kind, "__name__", str(kind)))
