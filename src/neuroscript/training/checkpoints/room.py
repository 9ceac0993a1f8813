"""Whether checkpoints can be written at all, found out before training."""

from __future__ import annotations

import shutil
from pathlib import Path

from torch import nn

from neuroscript.config import Config
from neuroscript.training.checkpoints.errors import LittleRoom
from neuroscript.training.errors import TrainingError

OPTIMIZER_STATE = 2
"""How many numbers an optimizer keeps for each that is learnt, at most as a rule: Adam two."""


def check_room(config: Config, folder: Path, model: nn.Module, kept: int) -> LittleRoom | None:
    """Makes the folder of the checkpoints and tries it.

    Gives a warning where `kept` checkpoints and one being written may not fit. Raises ConfigError
    if nothing can be written there, TrainingError if not even the weights fit.
    """
    own = config.get("training.checkpoint.dir") is not None
    key = "training.checkpoint.dir" if own else "run.dir"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / ".trial"
        trial.write_bytes(b"x")
        trial.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        expected = f"should be a folder to write to: {folder}: {error.strerror or error}"
        raise config.error(key, expected) from error
    weights = sum(t.numel() * t.element_size() for t in model.state_dict().values())
    learnt = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    needed = (kept + 1) * (weights + OPTIMIZER_STATE * learnt)
    if free >= needed:
        return None
    found = LittleRoom(config.place(key), size(needed), size(free), str(folder), free < weights)
    if found.fatal:
        raise TrainingError([found])
    return found


def size(count: int) -> str:
    """A number of bytes for people.

    >>> size(1_234_567_890), size(2_000)
    ('1.2 GB', '2 kB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{-(-count // 1000)} kB"
