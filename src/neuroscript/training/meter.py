"""The loss and the metrics of many batches together."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from neuroscript.training.metrics import create_metric
from neuroscript.training.objective import Objective, Outcome, Part
from neuroscript.training.processes.together import added, world

if TYPE_CHECKING:
    from torchmetrics import Metric


class Meter:
    """Adds up outcomes and tells their loss and metrics.

    With several outputs, the metrics of each are called `<output>_<metric>`.
    """

    def __init__(self, objective: Objective) -> None:
        self._metrics: list[tuple[Part, dict[str, Metric]]] = []
        several = len(objective.parts) > 1
        for part in objective.parts:
            settings = part.task.metric_settings(part.head.classes)
            prefix = f"{part.head.port}_" if several else ""
            named = (create_metric(component, settings) for component in part.head.metrics)
            self._metrics.append((part, {prefix + name: metric for name, metric in named}))
        self._sum: torch.Tensor | None = None
        self._samples = 0.0

    def best(self) -> dict[str, str]:
        """What `read` tells of, `loss` first, and whether `min` or `max` of it is best."""
        best = {"loss": "min"}
        for _, metrics in self._metrics:
            for name, metric in metrics.items():
                best[name] = "max" if metric.higher_is_better else "min"
        return best

    def add(self, outcome: Outcome) -> None:
        """Takes in one batch, without waiting for its device."""
        weighted = outcome.loss.detach() * outcome.size
        self._sum = weighted if self._sum is None else self._sum + weighted
        self._samples += outcome.size
        for (part, metrics), (predictions, targets) in zip(
            self._metrics, outcome.compared, strict=True
        ):
            if not metrics or not len(predictions):
                continue
            scores = part.task.scores(part.point(predictions.detach()), part.head.last)
            for name, metric in metrics.items():
                if metric.device != scores.device:
                    metric.to(scores.device)
                update(name, metric, part, scores, targets)

    def read(self) -> dict[str, float]:
        """The mean loss and the metrics since the last reading, and starts anew.

        A metric that the samples do not define (such as auroc of one class) is left out. With
        several processes, each reads what all have seen, and has to read when they do.
        """
        total, samples = added(0.0 if self._sum is None else float(self._sum), self._samples)
        if not samples:
            return {}
        found = {"loss": total / samples}
        for part, metrics in self._metrics:
            for name, metric in metrics.items():
                value = _value(metric, part)
                if isinstance(value, torch.Tensor) and value.numel() == 1:
                    found[name] = float(value)
                metric.reset()
        self._sum, self._samples = None, 0.0
        return found

    def progress(self) -> dict[str, Any]:
        """What was added up since the last reading, for a checkpoint."""
        metrics = [
            {name: _progress_of(metric) for name, metric in named.items()}
            for _, named in self._metrics
        ]
        return {"sum": self._sum, "samples": self._samples, "metrics": metrics}

    def go_on_from(self, progress: Mapping[str, Any]) -> None:
        """Adds to what `progress` gave; metrics that were not there begin anew."""
        self._sum, self._samples = progress["sum"], progress["samples"]
        for (_, named), saved in zip(self._metrics, progress["metrics"], strict=False):
            for name, metric in named.items():
                _put_into(metric, saved.get(name, {}))


def _progress_of(metric: Metric) -> dict[str, Any]:
    """What a metric and those inside it have seen."""
    return {
        path: {"updates": inner.update_count, "state": dict(inner.metric_state)}
        for path, inner in metric.named_modules()
        if hasattr(inner, "metric_state")
    }


def _put_into(metric: Metric, progress: Mapping[str, Any]) -> None:
    for path, saved in progress.items():
        inner: Any = metric.get_submodule(path)
        for name, value in saved["state"].items():
            setattr(inner, name, value)
        inner._update_count, inner._computed = saved["updates"], None  # noqa: SLF001


def _value(metric: Metric, part: Part) -> object:
    """What a metric comes to; None if the samples do not define it.

    Of several classes or labels, those of which there is no sample are passed over.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "error" if _kind(part) == "binary" else "ignore",
            message="No (positive|negative) samples",
        )
        warnings.filterwarnings("ignore", message=".*was `nan`")
        if world() > 1:  # others may have had samples where this process had none
            warnings.filterwarnings("ignore", message=".*was called before the ``update`` method.*")
        try:
            return metric.compute()
        except (ValueError, UserWarning):
            return None


def update(
    name: str, metric: Metric, part: Part, scores: torch.Tensor, targets: torch.Tensor
) -> None:
    """Shows a metric the scores and targets of a batch, in the form in which it takes them."""
    kind = _kind(part)
    if name.endswith("perplexity"):
        metric.update(scores.unsqueeze(0), targets.unsqueeze(0))
    elif kind in ("binary", "multilabel"):
        metric.update(scores, targets.long())
    else:
        metric.update(scores, targets)


def _kind(part: Part) -> object:
    """What torchmetrics calls the kind of classification; None for other tasks."""
    return part.task.metric_settings(part.head.classes).get("task")
