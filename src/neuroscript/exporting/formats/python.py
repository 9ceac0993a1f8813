"""The neuron as Python that needs torch alone, with its weights."""

from __future__ import annotations

import ast
import base64
import importlib.util
import json
import pprint
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

from safetensors.torch import save
from torch import Tensor

from neuroscript.exporting.errors import ExportError, NoSource
from neuroscript.exporting.form import Form, Task
from neuroscript.exporting.source import Source, standalone
from neuroscript.exporting.verify import Asked
from neuroscript.training.keywords import keywords
from neuroscript.training.objective import as_tuple
from neuroscript.training.run_dir import MODEL

EMBEDDED = 4 * 2**20
"""Up to how many bytes weights stand in the file itself; larger ones in a file beside it."""

BEGIN = "# -- the file begins here\n"
COLUMNS = 96


class Python(Form):
    """One file with `load()` and `predict(rows)`; weights beyond 4 MiB lie beside it."""

    name: ClassVar[str] = "Python"
    suffix: ClassVar[str] = ".py"

    def write(self, task: Task, path: Path) -> list[Path]:
        source = _source(task)
        weights = _stored(task)
        beside = path.with_suffix(".weights.safetensors") if len(weights) > EMBEDDED else None
        if beside is not None:
            beside.write_bytes(weights)
        path.write_text(_file(task, source, weights, beside), encoding="utf-8")
        return [path] if beside is None else [path, beside]

    def read(self, task: Task, path: Path) -> Asked:
        spec = importlib.util.spec_from_file_location(f"exported_{abs(hash(str(path)))}", path)
        assert spec and spec.loader, "a .py file always has a loader"
        module: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        model = module.load()
        return lambda inputs: as_tuple(model(*inputs))


def _source(task: Task) -> Source:
    file = task.run_dir / MODEL
    if not file.is_file():
        reason = "its model was handed in, and is no neuron"
        raise ExportError([NoSource(task.place, reason)])
    return standalone(file.read_text("utf-8"), task.place, _reserved())


def _stored(task: Task) -> bytes:
    """The weights as safetensors, those that share memory once."""
    tensors: dict[str, Tensor] = {}
    shared: dict[str, str] = {}
    first: dict[tuple[Any, ...], str] = {}
    for name, tensor in task.trained.model.state_dict().items():
        key = (tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype)
        if tensor.numel() and key in first:
            shared[name] = first[key]
        else:
            first[key] = name
            tensors[name] = tensor.clone().contiguous()
    return save(tensors, {"shared": json.dumps(shared)})


def _file(task: Task, source: Source, weights: bytes, beside: Path | None) -> str:
    trained = task.trained
    taken = keywords(type(trained.model), trained.config.get("model", {}).get("params", {}))
    about = {key: task.metadata[key] for key in ("inputs", "outputs")}
    head, code = _standalone()
    encoded = "" if beside is not None else base64.b64encode(weights).decode()
    wrapped = "\n".join(encoded[at : at + COLUMNS] for at in range(0, len(encoded), COLUMNS))
    imports = sorted({*source.imports, *head})
    constants = [
        f"MODEL = {trained.name}",
        f"PARAMETERS = {pprint.pformat(taken, width=COLUMNS, sort_dicts=False)}",
        f"ABOUT = {pprint.pformat(about, width=COLUMNS, sort_dicts=False)}",
        f"WEIGHTS_FILE = {beside.name if beside is not None else None!r}",
        f'WEIGHTS = """{wrapped}"""',
    ]
    main = code.rpartition("\nif __name__")
    parts = [
        _docstring(task),
        "from __future__ import annotations",
        "\n".join(imports),
        *(f"\n{part}" for part in source.definitions),
        f"\n{main[0].strip()}",
        "\n" + "\n".join(constants),
        f"if __name__{main[2].strip()}",
    ]
    return "\n\n".join(parts) + "\n"


def _docstring(task: Task) -> str:
    inputs = ", ".join(map(str, task.trained.ports))
    outputs = ", ".join(
        f"[{', '.join(map(str, port['shape']))}]" for port in task.metadata["outputs"]
    )
    return (
        f'"""{task.trained.name}, trained with NeuroScript: {inputs} -> {outputs}.\n\n'
        "`load()` gives the model, `predict(rows)` an answer for each row. It needs torch alone.\n"
        '"""'
    )


def _reserved() -> list[str]:
    """What the common part defines."""
    nodes = ast.parse(_standalone()[1]).body
    return [node.name for node in nodes if isinstance(node, ast.FunctionDef)]


def _standalone() -> tuple[list[str], str]:
    """What the common part of every such file imports, and its code."""
    text = (files("neuroscript.exporting") / "standalone.py").read_text("utf-8")
    nodes = ast.parse(text).body
    imports = [
        ast.unparse(node)
        for node in nodes
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and node.module != "__future__")
    ]
    return imports, text.partition(BEGIN)[2].replace("  # noqa: T201", "")
