"""What passes, told to whoever watches."""

from __future__ import annotations

import logging
import sys
from typing import ClassVar

import torch
from torch import nn


class Log(nn.Module):
    """Tells label, shape and dtype of what passes, and passes it on unchanged.

    Any input, the very same output. `level` is "debug", "info", "warn" or "error". Lines go to the
    logger `neuroscript`, or to stderr where no logging is set up. No values are read, which would
    halt a GPU. Compiled models leave it out. Switches for all of them: `Log.enabled`, and
    `Log.min_level`, below which nothing is told.

    >>> logging.getLogger("neuroscript").addHandler(logging.NullHandler())  # quiet, here
    >>> Log("hidden")(torch.zeros(2, 3)).shape
    torch.Size([2, 3])
    """

    enabled: ClassVar[bool] = True
    min_level: ClassVar[str] = "debug"
    levels: ClassVar[dict[str, int]] = {
        "debug": logging.DEBUG,
        "info": logging.INFO,
        "warn": logging.WARNING,
        "error": logging.ERROR,
    }

    def __init__(self, label: str = "", level: str = "info") -> None:
        super().__init__()
        if level not in self.levels:
            raise ValueError(f'level "{level}" is none of {", ".join(self.levels)}')
        self.label = label
        self.level = level

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.compiler.is_compiling() or not Log.enabled:
            return x
        level = self.levels[self.level]
        if level < self.levels[Log.min_level]:
            return x
        label = f"{self.label}: " if self.label else ""
        line = f"{label}{list(x.shape)} {str(x.dtype).removeprefix('torch.')}"
        logger = logging.getLogger("neuroscript")
        if logger.hasHandlers():
            logger.log(level, line)
        else:
            sys.stderr.write(f"{line}\n")
        return x

    def extra_repr(self) -> str:
        return f"{self.label!r}, {self.level!r}"
