"""Weights by name, and what there is to say about them."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import torch
from safetensors.torch import load_model, save_model

from neuroscript.exporting.form import Form, Task
from neuroscript.exporting.metadata import as_text
from neuroscript.exporting.verify import Asked


class Safetensors(Form):
    """The weights alone; weights that share memory are stored once."""

    name: ClassVar[str] = "safetensors"
    suffix: ClassVar[str] = ".safetensors"

    def write(self, task: Task, path: Path) -> list[Path]:
        text = {key: v if isinstance(v, str) else as_text(v) for key, v in task.metadata.items()}
        save_model(task.trained.model, str(path), text)
        return [path]

    def read(self, task: Task, path: Path) -> Asked:
        """A copy of the model that got its weights from the file."""
        model = copy.deepcopy(task.trained.model)
        with torch.no_grad():
            for value in model.state_dict().values():
                value.zero_()
        load_model(model, str(path))
        return replace(task.trained, model=model)
