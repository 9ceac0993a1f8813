"""Holding an option's value against the annotation of its parameter."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from neuroscript.contracts.option_limits import limits_of

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


NAMED = {"Tensor": "a list of numbers"}
"""Of classes that are not imported here."""

MANY = {bool: "of true and false", int: "of whole numbers", float: "of numbers", str: "of texts"}
"""Lists by what they hold."""


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
    return None if _fits(value, parameter.annotation) else type_in_words(parameter.annotation)


def said_value(value: Any) -> str:
    """A value as a sentence shows it."""
    return "null" if value is None else f"`{str(value)[:40]}`"


def type_in_words(annotation: Any) -> str:
    """What an annotation allows, as a sentence says it.

    >>> type_in_words(list[int] | None)
    'a list of whole numbers or null'
    >>> type_in_words(Literal["mean", "sum"])
    '`mean` or `sum`'
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(type_in_words(argument) for argument in arguments))
    if origin is Literal:
        return " or ".join(f"`{argument}`" for argument in arguments)
    if origin is Annotated:
        limits = " and ".join(limit.words for limit in limits_of(annotation))
        return f"{type_in_words(arguments[0])}{' that ' * bool(limits)}{limits}"
    kind = origin or annotation
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        return f"a list of {len(arguments)} values"
    words = WORDS.get(kind) or NAMED.get(name := getattr(kind, "__name__", str(kind)), name)
    return f"{words} {MANY[arguments[0]]}" if arguments and arguments[0] in MANY else words


def _fits(value: Any, annotation: Any) -> bool:
    """Whether a value is right; text is never right for a class that is not known here."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in (Any, object) or isinstance(annotation, str):
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is Annotated:
        limits = limits_of(annotation)
        return _fits(value, arguments[0]) and all(limit.holds(value) for limit in limits)
    if origin is Literal:
        return any(value == known and type(value) is type(known) for known in arguments)
    kind = origin or annotation
    if kind in (list, tuple, Sequence):
        return isinstance(value, (list, tuple)) and _items_fit(value, kind, arguments)
    if kind in (dict, Mapping):
        return isinstance(value, Mapping) and _entries_fit(value, arguments)
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


def _entries_fit(values: Mapping[Any, Any], arguments: tuple[Any, ...]) -> bool:
    if not arguments:
        return True
    key, inner = arguments
    return all(_fits(name, key) and _fits(value, inner) for name, value in values.items())
