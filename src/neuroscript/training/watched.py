"""The metrics that will be logged, and what watches them."""

from __future__ import annotations

from collections.abc import Mapping

from neuroscript.config import Config, ConfigError
from neuroscript.contracts.errors import said
from neuroscript.training.data import Data
from neuroscript.training.meter import Meter
from neuroscript.training.objective import Objective
from neuroscript.training.regime.schedule import monitor_of
from neuroscript.training.settings import UnknownMonitor


def best_of_each(data: Data, objective: Objective) -> dict[str, str]:
    """The metrics that will be logged, and whether min or max of each is best."""
    best = Meter(objective).best()
    phases = ["train"] + ["val"] * (data.val is not None)
    return {f"{phase}_{name}": mode for phase in phases for name, mode in best.items()}


def check_monitors(config: Config, best_of: Mapping[str, str]) -> None:
    """Refuses to watch what will not be logged."""
    stopping = config.training.early_stopping
    checkpoint = config.training.checkpoint
    watched = {
        "training.schedule": monitor_of(config),
        "training.early_stopping": stopping.monitor if stopping else None,
        "training.checkpoint": checkpoint.get("monitor") if isinstance(checkpoint, dict) else None,
    }
    for key, name in watched.items():
        if name is not None and name not in best_of:
            span = config.where(f"{key}.monitor") or config.where_key(key) or said("monitor", name)
            raise ConfigError([UnknownMonitor(span, name, list(best_of))])
