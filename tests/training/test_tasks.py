"""Every task trains and measures for real, from a `.ns` file and lines of data."""

from __future__ import annotations

import json
import math

import pytest
import torch

from neuroscript.training import fit, load_run
from neuroscript.training.errors import TrainingError

FLAT = "in: [batch, 3]\nout: [batch, {out}]"
IMAGE = "in: [batch, 1, 4, 4]\nout: [batch, {out}]"


def rows(count, make):
    return "".join(json.dumps(make(i)) + "\n" for i in range(count))


def vector(i):
    return [math.sin(i), math.cos(i), i / 10]


def image(i):
    return [[[float((i + r + c) % 3) for c in range(4)] for r in range(4)]]


CASES = {
    "regression": (
        FLAT.format(out=2),
        "in -> Linear(3, 2) -> out",
        lambda i: {"input": vector(i), "target": [i / 10, 1.0]},
        {"loss", "mae", "r2"},
    ),
    "classification": (
        FLAT.format(out=3),
        "in -> Linear(3, 3) -> Softmax() -> out",
        lambda i: {"input": vector(i), "target": i % 3},
        {"loss", "accuracy", "f1"},
    ),
    "binary_classification": (
        FLAT.format(out=1),
        "in -> Linear(3, 1) -> Sigmoid() -> out",
        lambda i: {"input": vector(i), "target": i % 2 == 0},
        {"loss", "accuracy", "auroc"},
    ),
    "multilabel_classification": (
        FLAT.format(out=4),
        "in -> Linear(3, 4) -> out",
        lambda i: {"input": vector(i), "target": [i % 2, (i + 1) % 2, 1, int(i > 6)]},
        {"loss", "f1", "average_precision"},
    ),
    "reconstruction": (
        FLAT.format(out=3),
        "in -> Linear(3, 2) -> Linear(2, 3) -> out",
        lambda i: {"input": vector(i)},
        {"loss", "mae"},
    ),
    "segmentation": (
        "in: [batch, 1, 4, 4]\nout: [batch, 3, 4, 4]",
        "in -> Conv2d(1, 3, 3, padding=1) -> out",
        lambda i: {"input": image(i), "target": [[int(v) for v in row] for row in image(i)[0]]},
        {"loss", "mean_iou"},
    ),
    "token_classification": (
        "in: [batch, seq] int\nout: [batch, seq, 3]",
        "in -> Embedding(9, 3) -> out",
        lambda i: {"input": [i % 9, 1, 2], "target": [i % 3, 1, -100]},
        {"loss", "accuracy", "f1"},
    ),
    "language_modeling": (
        "in: [batch, seq] int\nout: [batch, seq, 9]",
        "in -> Embedding(9, 9) -> out",
        lambda i: {"input": [i % 9, (i + 1) % 9, (i + 2) % 9]},
        {"loss", "perplexity", "token_accuracy"},
    ),
}


@pytest.mark.parametrize("task", CASES)
def test_a_task_is_inferred_trained_and_measured(folder, task):
    ports, graph, make, names = CASES[task]
    folder.write("data.jsonl", rows(12, make))
    config = folder.neuron(
        ports, graph, "{train: data.jsonl, val: data.jsonl}", training="{epochs: 40, lr: 0.05}"
    )
    runner = fit(config, logger=[])
    assert runner.plan.task == task
    assert {n.removeprefix("val_") for n in runner.metrics if n.startswith("val_")} == names
    assert all(math.isfinite(value) for value in runner.metrics.values())
    first = fit(config, logger=[], epochs=1)
    assert runner.metrics["val_loss"] < first.metrics["val_loss"]
    inputs = [make(i)["input"] for i in range(2)]
    answers = runner.predict(inputs)
    assert [answer["index"] for answer in answers] == [0, 1]
    assert json.loads(json.dumps(answers)) == answers


def test_several_inputs_and_outputs_by_name_whatever_their_order_in_the_data(folder):
    def make(i):
        return {
            "right": [1.0],
            "left": [i / 10],
            "target": {"kind": i % 2, "size": [i / 10]},
        }

    folder.write("data.jsonl", rows(10, make))
    config = folder.neuron(
        "in left: [batch, 1]\nin right: [batch, 1]\nout size: [batch, 1]\nout kind: [batch, 2]",
        "(left, right) -> Concat() -> both\n        both -> Linear(2, 1) -> size\n"
        "        both -> Linear(2, 2) -> kind",
        "{train: data.jsonl}",
        training="{epochs: 200, lr: 0.05, log_every: 200}",
    )
    runner = fit(config, logger=[])
    assert {"train_size_mae", "train_kind_accuracy"} <= set(runner.metrics)
    (answer,) = runner.predict([{"right": [1.0], "left": [0.4]}])
    assert answer["prediction"]["size"] == pytest.approx(0.4, abs=0.1)
    assert answer["prediction"]["kind"] in (0, 1)
    assert set(answer["probabilities"]) == {"kind"}


PENALISED = "out: [batch, 2]\nout pull: [] float"
PULL = "in -> Linear(1, 2) -> out\n        Parameter([], value=2.0) -> Square() -> pull"


def penalised(folder, **sections):
    folder.write("data.jsonl", rows(10, lambda i: {"input": [i / 10], "target": i % 2}))
    settings = {"training": "{epochs: 60, lr: 0.05, log_every: 60}", **sections}
    ports = f"in: [batch, 1]\n{PENALISED}"
    return folder.neuron(ports, PULL, "{train: data.jsonl, val: data.jsonl}", **settings)


def test_an_output_without_a_batch_is_added_to_the_loss(folder):
    runner = fit(penalised(folder), logger=[])
    assert runner.plan.task == {"out": "classification", "pull": "penalty"}
    assert runner.plan.loss == {"out": "cross_entropy", "pull": "penalty"}
    assert runner.plan.metrics["pull"] == []
    assert float(runner.infer(torch.zeros(1, 1))[1]) < 0.2
    (answer,) = runner.predict([[0.1]])
    assert answer["prediction"] in (0, 1)
    again = load_run(runner.run_dir)
    assert again.predict([[0.1]]) == [answer]


def test_the_weight_of_a_penalty_is_an_option_of_its_loss(folder):
    loss = "{pull: {name: penalty, weight: 0.0}}"
    config = penalised(folder, training=f"{{epochs: 5, lr: 0.05, loss: {loss}}}")
    runner = fit(config, logger=[])
    assert float(runner.infer(torch.zeros(1, 1))[1]) == 4.0


def test_what_a_config_says_of_all_outputs_is_not_said_of_a_penalty(folder):
    settings = "{epochs: 1, loss: cross_entropy, metrics: [accuracy]}"
    plan = fit(penalised(folder, training=settings, task="classification"), logger=[]).plan
    assert plan.task["pull"] == plan.loss["pull"] == "penalty"
    assert plan.metrics["pull"] == []


def test_an_output_without_a_batch_takes_no_targets(folder):
    target = {"out": 1, "pull": 1.0}
    folder.write("data.jsonl", rows(4, lambda i: {"input": [1.0], "target": target}))
    ports = f"in: [batch, 1]\n{PENALISED}"
    with pytest.raises(TrainingError, match="one number for the whole batch"):
        fit(folder.neuron(ports, PULL, "{train: data.jsonl}"), logger=[])


def test_reconstruction_that_is_asked_for_leaves_targets_aside(folder):
    folder.write("data.jsonl", rows(8, lambda i: {"input": vector(i), "target": i % 2}))
    graph = "in -> Linear(3, 2) -> Linear(2, 3) -> out"
    ports = FLAT.format(out=3)
    data = "{train: data.jsonl, val: data.jsonl}"
    runner = fit(folder.neuron(ports, graph, data, task="reconstruction"), logger=[])
    assert {"val_loss", "val_mae"} <= set(runner.metrics)
