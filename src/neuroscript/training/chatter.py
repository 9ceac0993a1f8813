"""Lightning's remarks, kept from those who did not ask for Lightning."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

REMARKS = (
    r".*It is recommended to use `self\.log\(.*sync_dist=True.*",  # what we log is of all processes
    r".*does not have many workers.*",
    r".*`isinstance\(treespec, LeafSpec\)` is deprecated.*",
    r".*Total length of `list` across ranks is zero.*",
    r".*You defined a `validation_step` but have no `val_dataloader`.*",
    r".*Checkpoint directory .* exists and is not empty.*",
    r"Found \d+ module\(s\) in eval mode at the start of training.*",
    r".*is smaller than the logging interval.*",
    r".*resuming from a checkpoint that ended before the epoch ended.*",
    r".*Be aware that when using `ckpt_path`, callbacks used to create the checkpoint.*",
)


@contextmanager
def hushed() -> Iterator[None]:
    """While this lasts, remarks that say nothing to our users are not shown."""
    names = ("lightning.pytorch", "lightning.fabric", "lightning")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for remark in REMARKS:
                warnings.filterwarnings("ignore", message=remark)
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
