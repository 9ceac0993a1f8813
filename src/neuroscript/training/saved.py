"""Taking up a run that was trained before."""

from __future__ import annotations

import json
import linecache
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from neuroscript.codegen.importable import importable_from
from neuroscript.config import Config, load_config
from neuroscript.contracts import CheckpointMetadata, load_plugin
from neuroscript.diagnostics import Source, Span
from neuroscript.training.checkpoints.contract_io import TRAINER_STATE
from neuroscript.training.checkpoints.formats import format_of
from neuroscript.training.checkpoints.listing import kept_in
from neuroscript.training.component import of_output
from neuroscript.training.errors import NoRun, TrainingError
from neuroscript.training.keywords import keywords
from neuroscript.training.module import NeuronModule
from neuroscript.training.run_dir import CHECKPOINTS, CONFIG, MODEL
from neuroscript.training.runner import Runner
from neuroscript.training.tasks import BY_NAME


def load_run(path: str | Path, model: nn.Module | None = None) -> Runner:
    """A Runner from a run's folder, or from a checkpoint alone.

    Of a folder, the best checkpoint is taken, else the last. The neuron comes from the run's own
    `model.py`, or from the same text in the checkpoint, which is Python that runs: load files of
    those whom you trust. A run whose model was handed in needs it again. Raises TrainingError if
    there is no run, and CheckpointError if the model is another, or the file damaged.
    """
    checkpoint = _checkpoint(Path(path))
    run_dir = next((p for p in checkpoint.absolute().parents if (p / CONFIG).is_file()), None)
    said_of_itself = format_of(checkpoint).metadata(checkpoint)
    kept = said_of_itself.config if said_of_itself is not None else {}
    config = _config(path, checkpoint, run_dir, kept)
    folders = [*([run_dir] if run_dir is not None else []), *config.folders]
    for plugin in config.plugins:
        load_plugin(plugin, folders)
    neuron = model if model is not None else _neuron(checkpoint, run_dir, kept, config)
    metadata = _load(checkpoint, neuron)
    training = config.training
    module: Any = NeuronModule(
        neuron,
        optimizer=training.optimizer,
        lr=config.lr,
        logger=[],
        log_every=training.log_every or 100,
    )
    module.state.take_up(_settled(metadata, config))
    return Runner(
        module=module,
        trainer=None,
        plan=None,
        run_dir=_shown(path, run_dir) if run_dir is not None else checkpoint.parent,
        checkpoint=checkpoint,
        metrics=dict(metadata.metrics),
        config=metadata.config["run"],
        about={k: v for k, v in metadata.config.items() if k not in (TRAINER_STATE, "settled")},
    )


def _config(
    path: str | Path, checkpoint: Path, run_dir: Path | None, kept: Mapping[str, Any]
) -> Config:
    """The config of a run, from its folder, else from the checkpoint."""
    if run_dir is not None:
        return load_config(run_dir / CONFIG)
    if "whole" not in kept:
        reason = f"`{checkpoint}` lies in no run's folder, and says nothing of its run itself"
        raise _no_run(path, reason, "`fit` and `Runner.save` write checkpoints that do")
    return load_config(kept["whole"])


def _shown(path: str | Path, run_dir: Path) -> Path:
    """The folder of the run as the path leads to it."""
    given = Path(path)
    return next((p for p in (given, *given.parents) if (p / CONFIG).is_file()), run_dir)


def _checkpoint(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.is_dir():
        raise _no_run(path, f"there is no `{path}`")
    found = kept_in(path / CHECKPOINTS) or (kept_in(path) if not (path / CONFIG).is_file() else [])
    if not found:
        raise _no_run(
            path, f"`{path}` holds no checkpoint", "give a run's folder: `runs/<name>/<n>`"
        )
    return found[0].path


def _neuron(
    checkpoint: Path, run_dir: Path | None, kept: Mapping[str, Any], config: Config
) -> nn.Module:
    """The neuron that the run's `model.py` defines, or its text in the checkpoint.

    It may import what lies beside its `.ns` file.
    """
    file = (run_dir or checkpoint.parent) / MODEL
    if run_dir is not None and file.is_file():
        code, place = file.read_text(encoding="utf-8"), str(file)
    elif kept.get("code"):
        code, place = kept["code"], f"<{MODEL} in {checkpoint}>"
    else:
        advice = "give the model that was trained: `load_run(path, model)`"
        where = run_dir or checkpoint
        raise _no_run(where, f"`{where}` has no {MODEL}: its model was handed in", advice)
    name = f"neuroscript_run_{abs(hash((place, code)))}"
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = place
    linecache.cache[place] = (len(code), None, code.splitlines(keepends=True), place)
    source = config.model.file
    with importable_from(Path(source).parent if source else None):
        exec(compile(code, place, "exec"), vars(module))  # noqa: S102 - the run's own model
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
