"""`--params dim=64 heads=8`: values for a neuron's parameters on the command line."""

from __future__ import annotations

from typing import Any

import click
import yaml


def parse_params(items: tuple[str, ...]) -> dict[str, Any]:
    """Values as in YAML, by name. Raises click.BadParameter."""
    params: dict[str, Any] = {}
    for item in " ".join(items).split():
        name, equals, value = item.partition("=")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"`{item}` is not `name=value`", param_hint="--params")
        params[name] = yaml.safe_load(value)
    return params
