"""The arguments of `lightning.Trainer` for a config."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence, Sized
from typing import TYPE_CHECKING, Any

from neuroscript.config import Config, ConfigError
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Span
from neuroscript.training.processes.asked import check_strategy, devices_and_nodes
from neuroscript.training.processes.sharding import strategy_named
from neuroscript.training.regime.schedule import monitor_of
from neuroscript.training.settings import TrainerRefuses, UnknownTrainerArgument

if TYPE_CHECKING:
    from lightning import Trainer
    from lightning.pytorch.callbacks import Callback

HARDWARE = ("strategy", "accelerator", "devices", "precision", "nodes", "clip", "trainer")
"""The keys of `training` of which only Lightning can tell whether they go together."""

STEPS_BETWEEN_VALIDATIONS = 50
"""How many steps at least: validating tiny epochs one by one would take most of the time."""

USUAL = 100
"""How many steps lie between the log lines of a run that is long enough."""


def trainer_arguments(
    config: Config, steps_per_epoch: int | None, validates: bool
) -> dict[str, Any]:
    """What the Trainer is told, callbacks and plugins aside; the last word is `training.trainer`.

    Summaries and loggers of Lightning's own are off, for we have others; so is the trial
    validation, since the plan has run the model already.
    """
    training = config.training
    devices, nodes = devices_and_nodes(config)
    arguments: dict[str, Any] = {
        "max_epochs": config.epochs if config.epochs is not None else -1,
        "max_steps": training.steps if training.steps is not None else -1,
        "accelerator": training.accelerator,
        "devices": devices,
        "num_nodes": nodes,
        "strategy": strategy_named(training.strategy),
        "precision": training.precision,
        **_clipping(config),
        "accumulate_grad_batches": training.accumulate,
        "check_val_every_n_epoch": epochs_between_validations(config, steps_per_epoch),
        "limit_val_batches": 1.0 if validates else 0,
        "num_sanity_val_steps": 0,
        "logger": False,
        "use_distributed_sampler": False,
        "enable_model_summary": False,
    }
    return {**arguments, **training.trainer}


def _clipping(config: Config) -> dict[str, Any]:
    clip = config.training.clip
    if clip is None:
        return {}
    by = "value" if clip.norm is None else "norm"
    return {"gradient_clip_val": clip.norm or clip.value, "gradient_clip_algorithm": by}


def batches_of(loader: Sized) -> int | None:
    """How many batches a loader has; None for one without a length."""
    try:
        return len(loader)
    except TypeError:
        return None


def steps_of(config: Config, batches: int | None) -> int | None:
    """How many steps of the optimizer a run has on one device; None if it cannot be told.

    >>> from neuroscript.config import load_config
    >>> steps_of(load_config({"training": {"epochs": 3, "accumulate": 2}}), batches=5)
    9
    """
    most = config.training.steps
    if batches is None or config.epochs is None:
        return most
    steps = config.epochs * math.ceil(batches / config.training.accumulate)
    return steps if most is None else min(steps, most)


def steps_between_lines(steps: int | None) -> int:
    """100, or less for a short run, so that it tells of itself about ten times.

    >>> steps_between_lines(82), steps_between_lines(100_000), steps_between_lines(3)
    (8, 100, 1)
    """
    return USUAL if steps is None else min(USUAL, max(1, steps // 10))


def epochs_between_validations(config: Config, steps_per_epoch: int | None) -> int:
    """Every epoch, or for tiny epochs every few, so that the last one is validated.

    >>> from neuroscript.config import load_config
    >>> config = load_config({"training": {"epochs": 60}})
    >>> epochs_between_validations(config, 400), epochs_between_validations(config, 4)
    (1, 12)
    """
    if steps_per_epoch is None or config.epochs is None:
        return 1
    if config.training.early_stopping or monitor_of(config):
        return 1
    most = math.ceil(STEPS_BETWEEN_VALIDATIONS / max(1, steps_per_epoch))
    return max(n for n in range(1, most + 1) if config.epochs % n == 0)


def make_trainer(
    config: Config,
    arguments: dict[str, Any],
    callbacks: Sequence[Callback] = (),
    plugins: Sequence[Any] = (),
) -> Trainer:
    """The Trainer; raises ConfigError at `training` for arguments that Lightning refuses."""
    from lightning import Trainer
    from lightning.fabric.utilities.exceptions import MisconfigurationException

    own_callbacks = arguments.pop("callbacks", None) or []
    own_plugins = arguments.pop("plugins", None) or []
    try:
        return Trainer(
            **arguments,
            callbacks=[*callbacks, *_as_list(own_callbacks)],
            plugins=[*plugins, *_as_list(own_plugins)],
        )
    except (TypeError, ValueError, RuntimeError, MisconfigurationException) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError([TrainerRefuses(_blamed(config, reason), reason)]) from error


def check_trainer_arguments(config: Config) -> None:
    """Refuses keys of `training.trainer` that the Trainer does not have, and some strategies."""
    from lightning import Trainer

    check_strategy(config)
    known = list(inspect.signature(Trainer).parameters)
    unknown = [key for key in config.training.trainer if key not in known]
    if unknown:
        raise ConfigError(
            [
                UnknownTrainerArgument(
                    config.where_key(f"training.trainer.{key}") or said("trainer", key),
                    key,
                    known,
                )
                for key in unknown
            ]
        )


def _blamed(config: Config, reason: str) -> Span:
    """The setting that Lightning's reason is about, as far as can be told."""
    given = {key: config.where(f"training.{key}") for key in HARDWARE}
    spans = [span for span in given.values() if span is not None]
    named = [span for span in spans if span.text.strip("'\"") in reason]
    last = config.where_key("training") or said("training", "trainer")
    return next(iter([*named, *spans]), last)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
