"""What can be known of a config without running anything: whether what it names is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from neuroscript.config.config import Config
from neuroscript.config.named.components import Named, named_components
from neuroscript.config.named.data_files import SPLITS, data_files, loader_options
from neuroscript.config.named.neuron import check_neuron
from neuroscript.contracts import ContractRegistry
from neuroscript.contracts.plugins import find_plugin
from neuroscript.diagnostics import Diagnostic, NeuroScriptError, Sink


def check_config(config: Config) -> list[Diagnostic]:
    """The warnings about the neuron of a config, once everything that it names is found.

    Neither torch nor a plugin is imported. Raises NeuroScriptError with all mistakes at once, a
    ConfigError if any of them is the config's own.
    """
    warnings: list[Diagnostic] = []
    errors: list[NeuroScriptError] = []
    for look in _looks(config, warnings):
        try:
            look()
        except NeuroScriptError as error:
            errors.append(error)
    if errors:
        sink = Sink()
        sink.extend(diagnostic for told in errors for diagnostic in told.diagnostics)
        worst = max(errors, key=lambda error: error.exit_code)
        raise type(worst)(sink.errors)
    return warnings


def _looks(config: Config, warnings: list[Diagnostic]) -> Iterator[Callable[[], object]]:
    """Everything to look for; each raises NeuroScriptError if it is not there or not right."""
    if config.model.file is not None:
        yield lambda: warnings.extend(check_neuron(config).diagnostics)
    if config.weights_key is not None:
        yield partial(config.resolve, config.weights_key)
    for split in SPLITS:
        yield partial(data_files, config, split)
    yield partial(loader_options, config)
    for index, plugin in enumerate(config.plugins):
        if plugin.endswith(".py"):
            yield partial(find_plugin, plugin, config.folders, config.where(f"plugins.{index}"))
    for named in named_components(config):
        yield partial(_find_component, config, named)


def _find_component(config: Config, named: Named) -> None:
    """Looks for a component; one that no file has may come from a plugin."""
    place = config.where(named.key)
    file, in_a_file, _ = named.name.rpartition(":")
    if in_a_file and file.endswith(".py"):
        find_plugin(file, config.folders, place)
    elif not config.plugins:
        ContractRegistry.of(named.kind).require(named.name, place)
