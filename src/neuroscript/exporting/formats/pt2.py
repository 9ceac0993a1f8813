"""The graph as torch.export stores it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import torch

from neuroscript.exporting.form import Form, Task
from neuroscript.exporting.graph import graph_of, quiet
from neuroscript.exporting.metadata import as_text
from neuroscript.exporting.verify import Asked
from neuroscript.training.objective import as_tuple

METADATA = "neuroscript.json"
"""What the file calls the metadata."""


class Pt2(Form):
    """A program for `torch.export.load`, which needs neither NeuroScript nor the neuron's code."""

    name: ClassVar[str] = "torch.export"
    suffix: ClassVar[str] = ".pt2"

    def write(self, task: Task, path: Path) -> list[Path]:
        graph = graph_of(task, self.name)
        with quiet():
            torch.export.save(graph, path, extra_files={METADATA: as_text(task.metadata)})
        return [path]

    def read(self, task: Task, path: Path) -> Asked:
        with quiet():
            program = torch.export.load(path).module()
        return lambda inputs: as_tuple(program(*inputs))
