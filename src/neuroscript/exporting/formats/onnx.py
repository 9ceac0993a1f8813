"""The graph as ONNX."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch.export import ExportedProgram

from neuroscript.exporting.errors import ExportError, NotExportable
from neuroscript.exporting.form import Form, Task
from neuroscript.exporting.graph import graph_of, named_dimensions, quiet, reason_of
from neuroscript.exporting.metadata import as_text
from neuroscript.exporting.verify import Asked
from neuroscript.extras import needs

WHAT = "exporting to ONNX"


class Onnx(Form):
    """A model for ONNX Runtime and whatever else reads ONNX; weights are in the same file."""

    name: ClassVar[str] = "ONNX"
    suffix: ClassVar[str] = ".onnx"

    def write(self, task: Task, path: Path) -> list[Path]:
        for module in ("onnx", "onnxscript", "onnxruntime"):
            needs(module, extra="export", what=WHAT, span=task.place)
        graph = graph_of(task, self.name)
        program: Any = _translated(task, graph)
        for key, value in task.metadata.items():
            text = value if isinstance(value, str) else as_text(value)
            program.model.metadata_props[key] = text
        with quiet():
            program.save(path, external_data=False)
        return [path]

    def read(self, task: Task, path: Path) -> Asked:
        runtime: Any = needs("onnxruntime", extra="export", what=WHAT, span=task.place)
        session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        names = [one.name for one in session.get_inputs()]

        def asked(inputs: tuple[torch.Tensor, ...]) -> list[torch.Tensor]:
            given = {name: v.numpy() for name, v in zip(names, inputs, strict=True)}
            return [torch.as_tensor(output) for output in session.run(None, given)]

        return asked


def _translated(task: Task, graph: ExportedProgram) -> Any:
    trained = task.trained
    try:
        with quiet():
            return torch.onnx.export(
                graph,
                dynamo=True,
                input_names=[port.name for port in trained.ports],
                output_names=list(trained.output_names),
                dynamic_shapes=(tuple(named_dimensions(trained, str)),),
                verbose=False,
            )
    except Exception as error:
        layer = trained.layer(_layer_of(graph, error))
        raise ExportError([NotExportable(task.place, "ONNX", layer, _reason(error))]) from error


def _layer_of(graph: ExportedProgram, error: BaseException) -> str:
    """The path of the layer whose operation could not be translated; empty if it is not known."""
    for told in _chain(error):
        found = re.search(r"translating node %(\w+)", str(told))
        if found is None:
            continue
        with quiet():
            nodes = graph.run_decompositions().graph.nodes
        stacks = (n.meta.get("nn_module_stack") for n in nodes if n.name == found[1])
        stack = next(stacks, None)
        if stack:
            return str(list(stack.values())[-1][0]).removeprefix("model").removeprefix(".")
    return ""


def _reason(error: BaseException) -> str:
    for told in _chain(error):
        found = re.search(r"No ONNX function found for <OpOverload\(op='([\w.]+)'", str(told))
        if found:
            return f"ONNX has no operation for `{found[1]}`"
    return reason_of(Exception(str(error.__cause__ or error)))


def _chain(error: BaseException | None) -> list[BaseException]:
    found = []
    while error is not None:
        found.append(error)
        error = error.__cause__
    return found
