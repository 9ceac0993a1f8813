"""Whether loss and metrics can serve the task and the targets: found before a run begins."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from neuroscript.config import Config, ConfigError
from neuroscript.contracts.dataloader.columns.column import Column, first_where
from neuroscript.contracts.loss.over_torch import TorchLoss
from neuroscript.diagnostics import NeuroScriptError, Span
from neuroscript.training.component import split
from neuroscript.training.errors import TrainingError
from neuroscript.training.facts import Facts
from neuroscript.training.meter import update
from neuroscript.training.metrics import create_metric
from neuroscript.training.objective import Part
from neuroscript.training.samples import Samples
from neuroscript.training.settings import LossRefused, TargetOutside, UnsuitedMetric


def check_loss(
    config: Config,
    part: Part,
    facts: Facts,
    pair: tuple[Tensor, Tensor],
    outputs: Mapping[str, Tensor],
    declared_at: Span | None,
) -> None:
    """Refuses a loss that cannot compare the predictions for the first samples with the targets.

    A loss of one's own is only asked for its objection: it may need more than a few samples.
    Raises ConfigError at the loss of the config.
    """
    reason = part.loss.objection(*pair)
    if reason is None and isinstance(part.loss, TorchLoss):
        reason = _failure(part, *pair, outputs)
    if reason is not None:
        name, usual = split(part.head.loss)[0], part.task.loss(facts)
        place = _given(config, part) or config.place("training.loss")
        refused = LossRefused(place, name, part.task.name, reason, declared_at, facts.port, usual)
        raise ConfigError([refused])


def _failure(
    part: Part, predictions: Tensor, targets: Tensor, outputs: Mapping[str, Tensor]
) -> str | None:
    """What the loss says against them when it is tried."""
    try:
        part.compare(predictions, targets, outputs)
    except NeuroScriptError as error:
        return error.diagnostics[0].message
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        return str(error).strip().partition("\n")[0]
    return None


def check_metrics(config: Config, part: Part, pair: tuple[Tensor, Tensor]) -> None:
    """Refuses metrics that cannot compare them, and those that do not exist.

    Raises ConfigError at the metric in the config.
    """
    predictions, targets = pair
    settings = part.task.metric_settings(part.head.classes)
    scores = part.task.scores(part.point(predictions), part.head.last)
    for index, component in enumerate(part.head.metrics):
        place = _place_of_metric(config, part.head.port, index)
        name, metric = create_metric(component, settings, place)
        try:
            update(name, metric, part, scores, targets)
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise ConfigError([UnsuitedMetric(place, name, reason)]) from error


def check_range(config: Config, part: Part, target: Column, samples: Samples) -> None:
    """Refuses targets, of all samples at hand, that have no meaning to the loss.

    Raises ConfigError at the loss of the config, or TrainingError at the sample if the task chose
    the loss.
    """
    loss = part.loss
    if target.dtype is torch.bool or (math.isinf(loss.least) and math.isinf(loss.greatest)):
        return
    found = first_where(target, lambda values: (values < loss.least) | (values > loss.greatest))
    if found is None:
        return
    value, sample = float(found[1]), samples.target_at(found[0], part.head.port)
    given = _given(config, part)
    name, _ = split(part.head.loss)
    problem = TargetOutside(given or sample, name, value, loss.least, loss.greatest, sample)
    raise (TrainingError if given is None else ConfigError)([problem])


def _given(config: Config, part: Part) -> Span | None:
    return config.where(f"training.loss.{part.head.port}") or config.where("training.loss")


def _place_of_metric(config: Config, port: str, index: int) -> Span:
    keys = (f"{port}.{index}", port, str(index))
    found = (config.where(f"training.metrics.{key}") for key in keys)
    return next(filter(None, found), None) or config.place("training.metrics")
