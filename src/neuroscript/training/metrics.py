"""Metrics from torchmetrics, by their names in lower case."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from neuroscript.config import ConfigError
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Span
from neuroscript.training.component import Component, split
from neuroscript.training.settings import UnknownMetric, UnknownMetricOption, UnsuitedMetric

if TYPE_CHECKING:
    from torchmetrics import Metric

SHORT_NAMES: dict[str, tuple[str, dict[str, Any]]] = {
    "average_precision": ("AveragePrecision", {}),
    "f1": ("F1Score", {"average": "macro"}),
    "kl_divergence": ("KLDivergence", {}),
    "mae": ("MeanAbsoluteError", {}),
    "mape": ("MeanAbsolutePercentageError", {}),
    "mean_iou": ("JaccardIndex", {}),
    "mse": ("MeanSquaredError", {}),
    "r2": ("R2Score", {}),
    "rmse": ("MeanSquaredError", {"squared": False}),
    "token_accuracy": ("Accuracy", {}),
    "top5": ("Accuracy", {"top_k": 5}),
}
"""Names that are not simply a torchmetrics class in lower case, and what they set."""


def available_metrics() -> list[str]:
    """Every name that `training.metrics` may hold."""
    return sorted({*_classes(), *SHORT_NAMES})


def create_metric(
    component: Component, settings: Mapping[str, Any], span: Span | None = None
) -> tuple[str, Metric]:
    """The name and the torchmetrics object of a metric.

    `settings` are what the task says of all its metrics (kind of task, number of classes); each
    metric is told those that it can be told, and options of the component go before them.

    >>> create_metric("accuracy", {"task": "multiclass", "num_classes": 3})
    ('accuracy', MulticlassAccuracy())
    """
    name, options = split(component)
    place = span or said("metric", name)
    cls, preset = _find(name, place)
    known = inspect.signature(cls.__new__ if _chooses_by_task(cls) else cls).parameters
    unknown = [option for option in options if option not in known]
    if unknown and not _passes_on(cls, unknown):
        shown = [key for key in known if key not in ("cls", "args", "kwargs")]
        raise ConfigError([UnknownMetricOption(place, name, unknown[0], shown)])
    told = {key: value for key, value in settings.items() if key in known and value is not None}
    arguments = {**told, **preset, **options}
    if _chooses_by_task(cls) and "task" not in arguments:
        raise ConfigError([UnsuitedMetric(place, name, "it is a metric of classification")])
    if arguments.get("task") == "binary":
        arguments.pop("average", None)
    try:
        metric: Metric = cls(**arguments)
    except (TypeError, ValueError, ModuleNotFoundError) as error:
        raise ConfigError([UnsuitedMetric(place, name, str(error).splitlines()[0])]) from error
    return name, metric


def _find(name: str, place: Span) -> tuple[Any, dict[str, Any]]:
    class_name, preset = SHORT_NAMES.get(name, (name, {}))
    classes = _classes()
    found = classes.get(class_name) or classes.get(_snake(class_name))
    if found is None:
        raise ConfigError([UnknownMetric(place, name, available_metrics())])
    return found, preset


def _classes() -> dict[str, Any]:
    """The classes of torchmetrics, by their names in lower case with underscores."""
    import torchmetrics

    found: dict[str, Any] = {}
    for class_name in torchmetrics.__all__:
        cls = getattr(torchmetrics, class_name)
        if isinstance(cls, type) and issubclass(cls, torchmetrics.Metric):
            # A name kept for old code warns when it is used; the class it stands for does not.
            kept = cls.__module__.endswith("_deprecated")
            found[_snake(class_name)] = cls.__bases__[0] if kept else cls
    return found


def _chooses_by_task(cls: type) -> bool:
    return "task" in inspect.signature(cls.__new__).parameters


def _passes_on(cls: type, options: list[str]) -> bool:
    """Whether options are among those that every torchmetrics class takes."""
    from torchmetrics import Metric

    common = ("compute_on_cpu", "dist_sync_on_step", "sync_on_compute", "nan_strategy")
    return issubclass(cls, Metric) and all(option in common for option in options)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
