"""The LightningModule of a run, from the neuron or around a model that was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from neuroscript.config import Config, ConfigError
from neuroscript.training.component import Metrics, is_by_output
from neuroscript.training.hooks import RegistryHooks
from neuroscript.training.keywords import keywords
from neuroscript.training.mismatch import NotMade
from neuroscript.training.module import NeuronModule
from neuroscript.training.neuron import Neuron
from neuroscript.training.regime import REGIME


def make_module(
    config: Config,
    neuron: Neuron | None,
    model: nn.Module | type[nn.Module] | None,
    log_every: int = 100,
) -> RegistryHooks:
    """The LightningModule of a run: the generated one, or one around a model handed in."""
    training = config.training
    settings: dict[str, Any] = {
        "task": config.task,
        "loss": training.loss,
        "optimizer": training.optimizer,
        "lr": config.lr,
        "metrics": _metrics(config),
        "logger": training.logger,
        "log_every": log_every,
        **training.model_dump(include=set(REGIME), exclude_none=True),
    }
    made: Any
    if model is None:
        assert neuron is not None
        made = _module(neuron.module_class, config.model.params, settings)
    elif isinstance(model, type) and issubclass(model, RegistryHooks):
        made = _module(model, config.model.params, settings)
    else:
        if isinstance(model, type):
            model = _instance(config, model)
        given = model.model if isinstance(model, RegistryHooks) else model
        made = NeuronModule(given, **settings)
    module: RegistryHooks = made
    return module


def _module(made: Any, params: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
    neuron = getattr(made, "neuron", None)
    return made(keywords(neuron, params) if neuron is not None else params, **settings)


def _instance(config: Config, model: type[nn.Module]) -> nn.Module:
    try:
        return model(**keywords(model, config.model.params))
    except TypeError as error:
        reason = f"{model.__name__} cannot be made with these parameters: {error}"
        raise ConfigError([NotMade(config.place_of_key("model.params"), reason)]) from error


def _metrics(config: Config) -> Metrics | None:
    given = config.training.metrics
    if given is None or isinstance(given, list):
        return given
    return given if isinstance(given, dict) and is_by_output(given) else [given]
