"""Taking up a run that was trained before."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from torch import nn

from neuroscript.codegen.importable import importable_from
from neuroscript.config import Config, load_config
from neuroscript.contracts import CheckpointMetadata, load_plugin
from neuroscript.diagnostics import Source, Span
from neuroscript.training.checkpoints.formats import format_of
from neuroscript.training.component import of_output
from neuroscript.training.errors import NoRun, TrainingError
from neuroscript.training.keywords import keywords
from neuroscript.training.module import NeuronModule
from neuroscript.training.run_dir import CHECKPOINTS, CONFIG, MODEL
from neuroscript.training.runner import Runner
from neuroscript.training.tasks import BY_NAME


def load_run(path: str | Path, model: nn.Module | None = None) -> Runner:
    """A Runner from a run's folder, or from one of its checkpoints.

    Of a folder, the best checkpoint is taken, else the last. The neuron comes from the run's own
    `model.py`; a run whose model was handed in needs it again. Raises TrainingError if there is
    no run, and CheckpointError if the model is another.
    """
    checkpoint = _checkpoint(Path(path))
    run_dir = next((p for p in checkpoint.parents if (p / CONFIG).is_file()), None)
    if run_dir is None:
        raise _no_run(path, f"`{checkpoint}` does not lie in a run's folder: no {CONFIG} there")
    config = load_config(run_dir / CONFIG)
    folders = [run_dir, *config.folders]
    for plugin in config.plugins:
        load_plugin(plugin, folders)
    neuron = model if model is not None else _neuron(run_dir, config)
    metadata = _load(checkpoint, neuron)
    training = config.training
    module: Any = NeuronModule(
        neuron,
        optimizer=training.optimizer,
        lr=training.lr,
        logger=[],
        log_every=training.log_every,
    )
    module.state.take_up(_settled(metadata, config))
    return Runner(
        module=module,
        trainer=None,
        plan=None,
        run_dir=run_dir,
        checkpoint=checkpoint,
        metrics=dict(metadata.metrics),
        config=metadata.config["run"],
    )


def _checkpoint(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.is_dir():
        raise _no_run(path, f"there is no `{path}`")
    folder = path / CHECKPOINTS
    best = sorted(folder.glob("best-*"), key=lambda file: file.stat().st_mtime_ns)
    found = [*folder.glob("last.*"), *best]
    if not found:
        raise _no_run(
            path, f"`{path}` holds no checkpoint", "give a run's folder: `runs/<name>/<n>`"
        )
    return found[-1]


def _neuron(run_dir: Path, config: Config) -> nn.Module:
    """The neuron that the run's `model.py` defines.

    It may import what lies beside its `.ns` file.
    """
    file = run_dir / MODEL
    if not file.is_file():
        advice = "give the model that was trained: `load_run(path, model)`"
        raise _no_run(run_dir, f"`{run_dir}` has no {MODEL}: its model was handed in", advice)
    name = f"neuroscript_run_{abs(hash(str(file.absolute())))}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec and spec.loader, "a .py file always has a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    source = config.model.file
    with importable_from(Path(source).parent if source else None):
        spec.loader.exec_module(module)
    classes = [value for key, value in vars(module).items() if key.endswith("Module")]
    own = next(c for c in classes if getattr(c, "__module__", None) == name and "neuron" in vars(c))
    neuron: nn.Module = own.neuron(**keywords(own.neuron, config.model.params))
    return neuron


def _load(checkpoint: Path, neuron: nn.Module) -> CheckpointMetadata:
    metadata = format_of(checkpoint).load(checkpoint, neuron)
    if not {"run", "settled"} <= set(metadata.config):
        raise _no_run(checkpoint, f"`{checkpoint}` was not written by `fit`")
    return metadata


def _settled(metadata: CheckpointMetadata, config: Config) -> dict[str, Any]:
    """What was settled; losses of the user's own as the config has them, with their whole path."""
    settled: dict[str, Any] = metadata.config["settled"]
    count = len(settled["heads"])
    heads = []
    for head in settled["heads"]:
        alone = not BY_NAME[head["task"]].takes_target
        given = of_output(config.training.loss, head["port"], count, alone)
        heads.append(head if given is None else {**head, "loss": given})
    return {**settled, "heads": heads}


def _no_run(path: str | Path, reason: str, advice: str | None = None) -> TrainingError:
    source = Source("<python>", f"load_run({json.dumps(str(path))})")
    return TrainingError([NoRun(Span(source, 9, len(source.text) - 1), reason, advice)])
