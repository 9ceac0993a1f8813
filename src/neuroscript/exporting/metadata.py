"""What an export says of itself, as plain data."""

from __future__ import annotations

import json
from typing import Any

import neuroscript
from neuroscript.exporting.model import Trained
from neuroscript.exporting.trials import Trial, output_shapes
from neuroscript.training.head import Head

GIVES = {"Softmax": "probabilities", "Sigmoid": "probabilities", "LogSoftmax": "log probabilities"}


def metadata(trained: Trained, asked: list[Trial]) -> dict[str, Any]:
    """Ports with their shapes, the names of the classes, and the config of the run."""
    normals = trained.normals or (None,) * len(trained.ports)
    inputs = [
        {"name": port.name, "shape": list(port.shape), "type": port.element}
        | ({"normalize": normal.as_data()} if normal is not None else {})
        for port, normal in zip(trained.ports, normals, strict=True)
    ]
    outputs = [
        {"name": head.port, "shape": shape, "task": head.task, "gives": _gives(head)}
        | ({"classes": list(head.names)} if head.names else {})
        for head, shape in zip(trained.heads, output_shapes(asked), strict=True)
    ]
    return {
        "neuroscript": neuroscript.__version__,
        "neuron": trained.name,
        "inputs": inputs,
        "outputs": outputs,
        "config": trained.config,
    }


def as_text(value: Any) -> str:
    """Plain data as JSON."""
    return json.dumps(value, ensure_ascii=False)


def _gives(head: Head) -> str:
    if head.last in GIVES:
        return GIVES[head.last]
    return "logits" if head.classes is not None else "values"
