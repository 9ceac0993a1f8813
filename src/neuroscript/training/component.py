"""A loss, an optimizer or a metric as a config says it: a name, or a name with options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Component: TypeAlias = str | dict[str, Any]
"""`"adamw"`, or `{"name": "adamw", "weight_decay": 0.01}`."""

Metrics: TypeAlias = list[Component] | dict[str, Component | list[Component]]
"""The metrics of all outputs, or those of some by output."""


def split(component: Component) -> tuple[str, dict[str, Any]]:
    """The name and the options of a component.

    >>> split({"name": "huber", "delta": 0.5})
    ('huber', {'delta': 0.5})
    """
    if isinstance(component, str):
        return component, {}
    options = dict(component)
    return str(options.pop("name", "")), options


def written(component: Component) -> str:
    """A component on one line, for people.

    >>> written({"name": "huber", "delta": 0.5})
    'huber delta 0.5'
    """
    name, options = split(component)
    return " ".join([name, *(f"{key} {value}" for key, value in options.items())])


def is_by_output(value: Any) -> bool:
    """Whether a setting is a dict by output, and not a component with options.

    >>> is_by_output({"size": "mae"}), is_by_output({"name": "huber", "delta": 0.5})
    (True, False)
    """
    return isinstance(value, Mapping) and "name" not in value


def of_output(value: Any, output: str, outputs: int, by_name: bool = False) -> Any:
    """What a setting says of one output, None if nothing: it may be a dict by output.

    `by_name`: what is said of all is not meant for this one.

    >>> of_output({"a": "mse", "b": "mae"}, "b", outputs=2)
    'mae'
    >>> of_output({"name": "huber", "delta": 0.5}, "b", outputs=2)
    {'name': 'huber', 'delta': 0.5}
    """
    if is_by_output(value):
        return value.get(output)
    return None if by_name and outputs > 1 else value
