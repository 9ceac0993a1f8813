"""`torch.compile` for the steps of training; the model itself stays as it is."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from neuroscript.config import Config
from neuroscript.contracts.contract import Recipe, options_of
from neuroscript.contracts.create import check_options
from neuroscript.training.errors import TrainingError
from neuroscript.training.regime.errors import NotCompiled
from neuroscript.training.regime.place import place_of

KEY = "training.compile"
FALLBACK = "fallback"
"""The option that is ours: whether to go on without the compiler where it fails."""


def check_compile(config: Config) -> dict[str, Any]:
    """The options for `torch.compile`; raises ContractError at one that it does not have."""
    asked = config.training.compile
    if isinstance(asked, bool):
        return {}
    options = {key: value for key, value in asked.items() if key != FALLBACK}
    if not isinstance(asked.get(FALLBACK, False), bool):
        raise config.error(f"{KEY}.{FALLBACK}", "should be true or false")
    known = options_of(torch.compile, skip=1)
    recipe: Recipe[Any] = Recipe(torch.compile, known)
    check_options("compiler", "torch.compile", recipe, options, config.at(KEY), (FALLBACK,))
    return options


class Compiled:
    """A model as the compiler runs it. It is compiled when it is first called."""

    def __init__(self, model: nn.Module, config: Config) -> None:
        self.model = model
        self.config = config
        options = check_compile(config)
        self.run: Callable[..., Any] = torch.compile(model, **options)

    def __call__(self, *inputs: Any) -> Any:
        """What the model gives; raises TrainingError if the compiler fails."""
        try:
            return self.run(*inputs)
        except Exception as error:
            if self.run is self.model or not _of_compiler(error):
                raise
            name, reason = type(self.model).__name__, _reason(error)
            if self.config.get(f"{KEY}.{FALLBACK}") is not True:
                place = place_of(self.config, KEY)
                raise TrainingError([NotCompiled(place, name, reason)]) from error
            warnings.warn(
                f"torch.compile cannot compile {name} ({reason}): it runs as it is", stacklevel=2
            )
            self.run = self.model
            return self.run(*inputs)


def _of_compiler(error: Exception) -> bool:
    return type(error).__module__.startswith(("torch._dynamo", "torch._inductor"))


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(":.") if lines else type(error).__name__
