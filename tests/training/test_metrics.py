"""Metrics of torchmetrics by their names in lower case."""

from __future__ import annotations

import pytest
import torch

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training.metrics import available_metrics, create_metric

CLASSES = {"task": "multiclass", "num_classes": 3, "ignore_index": -100}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("accuracy", 2 / 3), ("f1", 5 / 9), ("cohen_kappa", 0.5), ("top5", None)],
)
def test_class_metrics_are_told_about_the_classes(name, expected):
    settings = {**CLASSES, "num_classes": 6} if name == "top5" else CLASSES
    found, metric = create_metric(name, settings)
    metric.update(torch.eye(settings["num_classes"])[[0, 1, 1]].log(), torch.tensor([0, 1, 2]))
    assert found == name
    if expected is not None:
        assert metric.compute().item() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", ["mae", "mse", "rmse", "mean_absolute_error"])
def test_value_metrics_are_told_nothing_of_classes(name):
    _, metric = create_metric(name, {})
    metric.update(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 3.0]))
    assert metric.compute().item() == pytest.approx(1.0)


def test_a_metric_that_torchmetrics_has_moved_gives_no_warning():
    _, metric = create_metric("perplexity", CLASSES)
    metric.update(torch.zeros(1, 4, 3), torch.tensor([[0, 1, 2, -100]]))
    assert metric.compute().item() == pytest.approx(3.0)


def test_options_of_the_component_go_before_what_the_task_says():
    _, metric = create_metric({"name": "accuracy", "average": "macro"}, CLASSES)
    assert metric.average == "macro"


@pytest.mark.parametrize(
    ("component", "settings", "code", "text"),
    [
        ("acuracy", CLASSES, "NT201", "`accuracy`"),
        ({"name": "accuracy", "topk": 3}, CLASSES, "NT202", "`top_k`"),
        ("accuracy", {}, "NT203", "does not suit"),
    ],
)
def test_mistakes_name_what_is_near(component, settings, code, text):
    with pytest.raises(NeuroScriptError) as caught:
        create_metric(component, settings)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert text in str(caught.value)


def test_the_names_of_the_documentation_are_there():
    promised = "accuracy f1 auroc average_precision mean_iou mae r2 perplexity token_accuracy top5"
    assert set(promised.split()) <= set(available_metrics())
