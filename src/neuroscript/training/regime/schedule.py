"""The schedule of a run, as Lightning takes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroscript.config import Config
from neuroscript.contracts import create_schedule, split_component
from neuroscript.contracts.schedule import Schedule, of_run
from neuroscript.training.errors import TrainingError
from neuroscript.training.regime.errors import ScheduleNeedsLength, WarmupTooLong
from neuroscript.training.regime.place import place_of

if TYPE_CHECKING:
    from torch.optim import Optimizer

KEY = "training.schedule"


def check_schedule(config: Config, steps: int | None) -> Schedule | None:
    """The schedule of a config, None if it has none; raises at the key whatever is wrong with it.

    `steps` are those of the run, None where that is not known yet.
    """
    if config.training.schedule is None:
        return None
    schedule = _made(config, config.folders)
    warmup(config, schedule, steps)
    return schedule


def monitor_of(config: Config) -> str | None:
    """The metric that the schedule of a config follows, if it follows one."""
    return None if config.training.schedule is None else _made(config, config.folders).monitor


def with_schedule(
    config: Config,
    optimizer: Optimizer,
    steps: float,
    every: int,
    best: Callable[[str], str | None],
    folders: Sequence[Path] = (),
) -> list[dict[str, Any]]:
    """What tells Lightning to change the learning rates of an optimizer.

    `steps` are those of the whole run, infinite if nothing bounds it; `every` says after how many
    epochs there is a validation, and `best` whether min or max of a metric is best. Raises
    TrainingError if the schedule needs a bound.
    """
    schedule = _made(config, folders)
    known = None if math.isinf(steps) else int(steps)
    if known is None and (schedule.monitor is None or 0 < _asked_warmup(config) < 1):
        name, _ = split_component("schedule", config.training.schedule or "")
        raise TrainingError([ScheduleNeedsLength(place_of(config, KEY), name)])
    leading = warmup(config, schedule, known)
    follows = schedule.monitor
    if follows is not None and schedule.mode is None:
        schedule.mode = best(follows)
        if schedule.mode is None:
            raise config.error(KEY, f"needs `mode: min` or `mode: max` for `{follows}`")
    made = schedule.over(optimizer, known or 1, leading)
    return [
        {"scheduler": one, "interval": "epoch", "frequency": every, "monitor": follows}
        if follows is not None and one is made[-1]
        else {"scheduler": one, "interval": "step"}
        for one in made
    ]


def warmup(config: Config, schedule: Schedule, steps: int | None) -> int:
    """How many steps lead up to the full learning rate."""
    given = _asked_warmup(config)
    if given and schedule.warms_up != "warmup" and config.get(f"{KEY}.{schedule.warms_up}"):
        raise config.error(
            f"{KEY}.warmup", f"should not stand beside `{schedule.warms_up}`, which says the same"
        )
    if steps is None:
        return int(given)
    found = of_run(given, steps)
    if found >= steps and found > 1:
        raise TrainingError([WarmupTooLong(config.place(f"{KEY}.warmup"), found, steps)])
    return found


def _asked_warmup(config: Config) -> float:
    given = config.get(f"{KEY}.warmup") or 0
    number = isinstance(given, (int, float)) and not isinstance(given, bool) and given >= 0
    if not number or (given >= 1 and given != int(given)):
        advice = "`warmup: 500`, or `warmup: 0.1`"
        expected = "should be a whole number of steps, or a fraction of the run below 1"
        raise config.error(f"{KEY}.warmup", expected, advice)
    return float(given)


def _made(config: Config, folders: Sequence[Path]) -> Schedule:
    component = config.training.schedule
    assert component is not None
    return create_schedule(component, where=config.at(KEY), folders=folders)
