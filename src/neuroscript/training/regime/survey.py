"""What a config asks for the weights, checked before the first step, and said in the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from neuroscript.config import Config
from neuroscript.training.component import written
from neuroscript.training.regime.compiled import check_compile
from neuroscript.training.regime.freeze import freeze
from neuroscript.training.regime.groups import Grouped, parameter_groups
from neuroscript.training.regime.recompute import recomputed_layers
from neuroscript.training.regime.schedule import check_schedule

SHOWN = 4
"""How many names a line shows."""


def survey(config: Config, model: nn.Module, steps: int | None) -> dict[str, str]:
    """What is asked for, by the key of `training` that asks for it, in a line or some.

    What is to be frozen is frozen. `steps` are those of the run, if known. Raises NeuroScriptError
    at the key of whatever cannot be.
    """
    training = config.training
    found: dict[str, str] = {}
    if check_schedule(config, steps) is not None and training.schedule is not None:
        found["schedule"] = written(training.schedule)
    if (frozen := freeze(model, config)) is not None:
        found["freeze"] = f"{_listed(training.freeze)}: {frozen}"
    if groups := parameter_groups(model, config, training.optimizer, config.folders):
        found["groups"] = "\n".join(map(_group, groups))
    if training.ema is not None:
        found["ema"] = _options(training.ema.model_dump(exclude_defaults=True)) or "decay 0.999"
    if layers := recomputed_layers(model, config):
        found["gradient_checkpointing"] = _listed(list(layers))
    if training.compile:
        check_compile(config)
        options = _options(training.compile) if isinstance(training.compile, dict) else ""
        found["compile"] = f"torch.compile {options}".rstrip()
    return found


def _group(group: Grouped) -> str:
    count = f"{len(group.names)} tensor{'' if len(group.names) == 1 else 's'}"
    options = _options(group.options)
    return f"{group.label}: {count}{', ' if options else ''}{options}"


def _options(options: dict[str, Any]) -> str:
    return " ".join(f"{key} {value}" for key, value in options.items())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
