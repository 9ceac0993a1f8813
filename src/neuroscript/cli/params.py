"""`--params dim=64 heads=8`: values for a neuron's parameters on the command line."""

from __future__ import annotations

from typing import Any

import click


def parse_params(items: tuple[str, ...]) -> dict[str, Any]:
    """Values as in YAML, by name. Raises click.BadParameter."""
    params: dict[str, Any] = {}
    if not any(items):
        return params
    import yaml  # which takes longer to import than small programs to check

    for item in " ".join(items).split():
        name, equals, value = item.partition("=")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"`{item}` is not `name=value`", param_hint="--params")
        try:
            params[name] = yaml.safe_load(value)
        except yaml.YAMLError:
            problem = f"`{value}` is no value, such as `8`, `0.5`, `true`, `relu` or `[1, 2]`"
            raise click.BadParameter(problem, param_hint="--params") from None
    return params
