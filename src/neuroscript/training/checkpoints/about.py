"""What a checkpoint says of its run, so that nothing but the checkpoint is needed to use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neuroscript import __version__
from neuroscript.config import Config
from neuroscript.config.named.absolute import with_absolute_paths

if TYPE_CHECKING:
    from neuroscript.training.prepare import Prepared


def about(prepared: Prepared) -> dict[str, Any]:
    """The config as it was written and with whole paths, the generated Python, what
    its best is best at, the data.
    """
    return {
        "version": __version__,
        "name": prepared.config.name,
        **as_data(prepared.config),
        "code": prepared.code,
        "best": {"monitor": prepared.checkpoint.monitor, "mode": prepared.checkpoint.mode},
        "data": data_facts(prepared),
    }


def as_data(config: Config) -> dict[str, Any]:
    """A config as plain data: as it was written, and with the whole path of each file."""
    return {
        "run": config.model_dump(exclude_none=True),
        "whole": with_absolute_paths(config).model_dump(exclude_none=True),
    }


def data_facts(prepared: Prepared) -> dict[str, Any]:
    """What tells the data of a run from others; None for what a loader does not say."""
    try:
        batches: int | None = len(prepared.data.train)
    except TypeError:
        batches = None
    names = {head.port: list(head.names) for head in prepared.plan.heads if head.names}
    return {"samples": prepared.plan.samples, "batches": batches, "classes": names or None}
