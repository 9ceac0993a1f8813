"""Whether a run would go on as what it was: the same neuron, data and settings."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroscript.config import Config
from neuroscript.contracts import CheckpointMetadata
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic
from neuroscript.training.checkpoints.about import as_data, data_facts
from neuroscript.training.checkpoints.contract_io import TRAINER_STATE
from neuroscript.training.checkpoints.plain import unpack
from neuroscript.training.checkpoints.save_point import SAVED_AS
from neuroscript.training.errors import TrainingError
from neuroscript.training.resuming.errors import (
    AlreadyPast,
    CannotGoOn,
    Changed,
    DataChanged,
    ProgramChanged,
)

if TYPE_CHECKING:
    from neuroscript.training.prepare import Prepared

MAY_CHANGE = (
    "run",
    "plugins",
    "model.weights",
    "data.workers",
    "data.batch_size",
    "data.test",
    "data.predict",
    "data.cache",
    "training.batch_size",
    "training.epochs",
    "training.steps",
    "training.log_every",
    "training.logger",
    "training.metrics",
    "training.checkpoint",
    "training.early_stopping",
    "training.accelerator",
    "training.devices",
    "training.nodes",
    "training.strategy",
    "training.trainer",
    "training.compile",
    "training.gradient_checkpointing",
)
"""What does not say which weights come out. The batch size, which does, stands in two places and
is compared by itself; a fraction for `data.test` is compared with the data that it leaves."""

TOLD = ("training.epochs", "training.steps", "training.early_stopping", "training.checkpoint")
"""What is worth telling if it changes."""


def check(prepared: Prepared, metadata: CheckpointMetadata, checkpoint: Path) -> list[str]:
    """What has changed and may, as lines for people; raises TrainingError for what may not."""
    config, saved = prepared.config, metadata.config
    if "run" not in saved or TRAINER_STATE not in saved:
        reason = "it holds a model, and not where its training stood"
        place = said("--resume", str(checkpoint))
        raise TrainingError([CannotGoOn(place, str(checkpoint), reason)])
    try:
        unpack(saved[TRAINER_STATE], metadata.tensors)
    except KeyError as missing:
        reason = f"its format has not kept the tensor {missing}"
        place = said("--resume", str(checkpoint))
        raise TrainingError([CannotGoOn(place, str(checkpoint), reason)]) from None
    changes = dict(_changes(config, saved))
    problems: list[Diagnostic] = [
        Changed(config.place(key), key, _written(old), _written(new), str(checkpoint))
        for key, (old, new) in changes.items()
        if not _is_under(key, MAY_CHANGE)
    ]
    problems += _other_program(prepared, saved, checkpoint)
    if not problems:
        problems += _other_data(prepared, saved)
    if not problems:
        problems += _already_past(config, metadata)
    if problems:
        raise TrainingError(problems)
    return [
        f"{key} {_written(old)} → {_written(new)}"
        for key, (old, new) in changes.items()
        if _is_under(key, TOLD)
    ]


def is_complete(config: Config, metadata: CheckpointMetadata) -> bool:
    """Whether the run had ended, and nothing asks it to go on for longer."""
    if not moment_of(metadata).get("ended"):
        return False
    longer = ("training.epochs", "training.steps", "training.early_stopping")
    return not any(_is_under(key, longer) for key, _ in _changes(config, metadata.config))


def moment_of(metadata: CheckpointMetadata) -> dict[str, Any]:
    """Where the run stood."""
    state = metadata.config[TRAINER_STATE]
    found: dict[str, Any] = unpack(state.get(SAVED_AS, {}), metadata.tensors)
    return found


def _changes(
    config: Config, saved: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[object, object]]]:
    """The keys that differ, with what each was and is.

    A file counts as the same if it is called the same, or lies in the same place.
    """
    current = as_data(config)
    usual = dict(_settings(Config().model_dump(exclude_none=True)))
    pairs = []
    for form in ("run", "whole"):
        then, now = usual | dict(_settings(saved[form])), usual | dict(_settings(current[form]))
        pairs.append({key: (then.get(key), now.get(key)) for key in [*then, *now]})
    raw, resolved = pairs
    for key, (old, new) in raw.items():
        elsewhere = resolved.get(key, (old, new))
        if old != new and elsewhere[0] != elsewhere[1]:
            yield key, (old, new)


def _settings(config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The settings of a config by their keys; the batch size, which two keys may say, as one."""
    yield from _flat(config)
    sizes = (config[section].get("batch_size") for section in ("data", "training"))
    yield "batch_size", next(filter(None, sizes), 32)


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _other_program(
    prepared: Prepared, saved: Mapping[str, Any], checkpoint: Path
) -> Iterator[Diagnostic]:
    """The generated Python differs; another version of the compiler may write it otherwise."""
    from neuroscript import __version__

    then, now = saved.get("code"), prepared.code
    if then is None or now is None or then == now or saved.get("version") != __version__:
        return
    found = difflib.unified_diff(then.splitlines(), now.splitlines(), lineterm="", n=0)
    lines = [line for line in found if not line.startswith(("---", "+++", "@@"))]
    yield ProgramChanged(prepared.config.place("model.file"), lines, str(checkpoint))


def _other_data(prepared: Prepared, saved: Mapping[str, Any]) -> Iterator[Diagnostic]:
    place = prepared.config.place("data.train")
    facts = data_facts(prepared)
    for what, then in saved.get("data", {}).items():
        now = facts.get(what)
        if then is not None and now is not None and then != now:
            yield DataChanged(place, what, str(then), str(now))
            return


def _already_past(config: Config, metadata: CheckpointMetadata) -> Iterator[Diagnostic]:
    saved = moment_of(metadata)
    if not saved:
        return
    done = saved["loops"]["epoch_progress"]["current"]["completed"]
    for key, asked, so_far in (
        ("training.epochs", config.training.epochs, done),
        ("training.steps", config.training.steps, metadata.step),
    ):
        if asked is not None and asked < so_far:
            yield AlreadyPast(config.place(key), key, asked, so_far)


def _is_under(key: str, sections: tuple[str, ...]) -> bool:
    return any(key == section or key.startswith(f"{section}.") for section in sections)


def _written(value: object) -> str:
    return "not set" if value is None else f"`{value}`"
