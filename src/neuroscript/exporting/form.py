"""What a format of exports is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from neuroscript.diagnostics import Span
from neuroscript.exporting.model import Trained
from neuroscript.exporting.trials import Trial
from neuroscript.exporting.verify import Asked


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be exported, the questions to verify it with, and what it says of itself."""

    trained: Trained
    asked: Sequence[Trial]
    metadata: Mapping[str, Any]
    place: Span
    run_dir: Path


class Form(ABC):
    """One format: how a model is written, and how what was written is run."""

    name: ClassVar[str]
    suffix: ClassVar[str]

    @abstractmethod
    def write(self, task: Task, path: Path) -> list[Path]:
        """Writes the model; all files that it takes, the main one first.

        Raises ExportError with the layer that cannot be written.
        """

    @abstractmethod
    def read(self, task: Task, path: Path) -> Asked:
        """What was written, ready to be asked."""
