"""What `training.checkpoint` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from neuroscript.config import Config
from neuroscript.contracts import CheckpointContract, create_checkpoint, split_component

OURS = ("every", "keep", "monitor", "mode", "dir")
"""The keys of `training.checkpoint` that say when and where, not how."""


@dataclass(frozen=True, slots=True)
class CheckpointSettings:
    """When checkpoints are taken, and by what."""

    contract: CheckpointContract
    name: str
    every: int = 1000
    """Steps between checkpoints."""

    keep: int = 1
    """How many of the best are kept beside the last."""

    monitor: str | None = None
    """What the best are best at; None keeps only the last."""

    mode: Literal["min", "max"] = "min"
    dir: str | None = None
    """Where they go, None for the run's own folder."""


def checkpoint_settings(config: Config, best_of: Mapping[str, str]) -> CheckpointSettings:
    """What `training.checkpoint` says; `best_of` holds for each metric whether min or max is best.

    Without a `monitor`, the best are those of least validation loss, if there is one. Raises
    ConfigError or ContractError at the key that is wrong.
    """
    where = config.at("training.checkpoint")
    name, options = split_component("checkpoint", config.training.checkpoint, where)
    ours = {key: options.pop(key) for key in OURS if key in options}
    for key, least in (("every", 1), ("keep", 0)):
        value = ours.get(key, least)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise config.error(f"training.checkpoint.{key}", f"should be {least} or more")
    for key in ("monitor", "dir"):
        if not isinstance(ours.get(key, ""), str):
            raise config.error(f"training.checkpoint.{key}", "should be text")
    if ours.get("mode", "min") not in ("min", "max"):
        raise config.error("training.checkpoint.mode", "should be `min` or `max`")
    contract = create_checkpoint(
        {"name": name, **options},
        beside=OURS,
        where=where,
        folders=config.folders,
    )
    ours.setdefault("monitor", "val_loss" if "val_loss" in best_of else None)
    ours.setdefault("mode", best_of.get(ours["monitor"] or "", "min"))
    return CheckpointSettings(contract, name, **ours)
