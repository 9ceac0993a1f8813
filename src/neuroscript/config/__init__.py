"""config.yml: what a run is set to, with every value at its place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neuroscript.config.errors import ConfigError

if TYPE_CHECKING:
    from neuroscript.config.config import Config, config_schema
    from neuroscript.config.load import load_config
    from neuroscript.config.named.checking import check_config
    from neuroscript.config.named.neuron import check_neuron

__all__ = [
    "Config",
    "ConfigError",
    "check_config",
    "check_neuron",
    "config_schema",
    "load_config",
]

_HOMES = {
    "Config": "neuroscript.config.config",
    "check_config": "neuroscript.config.named.checking",
    "check_neuron": "neuroscript.config.named.neuron",
    "config_schema": "neuroscript.config.config",
    "load_config": "neuroscript.config.load",
}


def __getattr__(name: str) -> Any:
    """Pydantic and PyYAML are imported when something here is used."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
