"""A config that reads alike from every folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from neuroscript.config.config import Config
from neuroscript.config.named.components import KINDS
from neuroscript.config.named.data_files import SPLITS, data_files, loader_options
from neuroscript.config.sections import WeightsSection
from neuroscript.contracts.plugins import find_plugin


def with_absolute_paths(config: Config) -> Config:
    """The same config, each file that it names with its whole path.

    Where results go (`run.dir`, `training.checkpoint.dir`) stays as it is.
    """
    model, data, training = config.model, config.data, config.training
    if model.file is not None:
        model = model.model_copy(update={"file": str(config.resolve("model.file").resolve())})
    if config.weights_key is not None:
        path = str(config.resolve(config.weights_key).resolve())
        model = model.model_copy(update={"weights": _weights(model.weights, path)})
    files = {split: _data(config, split) for split in SPLITS}
    components = {key.rpartition(".")[2]: _component(config, config.get(key)) for key in KINDS}
    return config.model_copy(
        update={
            "model": model,
            "data": data.model_copy(update=files | loader_options(config)),
            "training": training.model_copy(update=components),
            "plugins": [_plugin(config, plugin) for plugin in config.plugins],
        }
    )


def _weights(weights: str | WeightsSection | None, path: str) -> str | WeightsSection:
    if isinstance(weights, WeightsSection):
        return weights.model_copy(update={"file": path})
    return path


def _data(config: Config, split: str) -> Any:
    given = getattr(config.data, split)
    found = data_files(config, split)
    if not all(Path(path).exists() for path in found) or not found:
        return given
    whole = [str(Path(path).resolve()) for path in found]
    return whole[0] if len(whole) == 1 else whole


def _component(config: Config, value: Any) -> Any:
    """A component, or several, with the whole path of what comes from a file `./file.py:name`."""
    match value:
        case str() if ".py:" in value:
            file, _, name = value.rpartition(":")
            return f"{find_plugin(file, config.folders)}:{name}"
        case dict():
            keys = ["name"] if "name" in value else list(value)
            return value | {key: _component(config, value[key]) for key in keys}
        case list():
            return [_component(config, inner) for inner in value]
        case _:
            return value


def _plugin(config: Config, plugin: str) -> str:
    return str(find_plugin(plugin, config.folders)) if plugin.endswith(".py") else plugin
