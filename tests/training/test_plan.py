"""What `plan` tells without training anything."""

from __future__ import annotations

import numpy as np
import pytest

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import plan
from neuroscript.training.planning import Plan
from neuroscript.training.summary import plan_lines


def test_the_headline_example_is_shown_as_promised(folder):
    found = plan(folder.xor("{epochs: 1000, lr: 0.01}"))
    assert plan_lines(found) == [
        "  neuron     XOR   xor.ns   [batch, 2] -> [batch, 1]   17 parameters",
        "  data       xor.jsonl   jsonl   4 samples   input float[2]   target float[1]",
        "  task       regression     output [batch, 1] with float targets",
        "  loss       mse            from task",
        "  metrics    mae, r2        from task",
        "  optimizer  adam lr 0.01   default",
        "  unless     0.0 and 1.0 mean no and yes: `task: binary_classification`",
    ]


def test_on_a_narrow_terminal_each_line_is_folded_below_its_label(folder):
    found = plan(folder.xor("{epochs: 1000, lr: 0.01}"))
    lines = plan_lines(found, room=60)
    assert max(map(len, lines)) <= 60
    assert lines[:2] == [
        "  neuron     XOR   xor.ns   [batch, 2] -> [batch, 1]",
        "             17 parameters",
    ]
    whole, parts = plan_lines(found), " ".join(lines).split()
    assert " ".join(whole).split() == parts


def test_names_and_values_and_their_reasons(folder):
    found = plan(folder.xor("{steps: 7, optimizer: {name: sgd, momentum: 0.9}, loss: mae}"))
    assert isinstance(found, Plan)
    assert (found.task, found.loss, found.optimizer) == ("regression", "mae", "sgd")
    assert (found.metrics, found.batch_size, found.lr) == (["mae", "r2"], 32, 0.001)
    assert (found.epochs, found.steps, found.seed, found.samples) == (None, 7, 42, 4)
    assert found.reasons["loss"] == found.reasons["optimizer"] == "as configured"
    assert found.reasons["batch_size"] == "default"


def test_nothing_is_written(folder):
    config = folder.xor()
    before = sorted(p.name for p in folder.path.iterdir())
    plan(config)
    assert sorted(p.name for p in folder.path.iterdir()) == before


def test_a_softmax_before_cross_entropy_is_noticed(folder):
    folder.rows("data.jsonl", [([0.0], 0), ([1.0], 1)])
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 2]",
        "in -> Linear(1, 2) -> Softmax() -> out",
        "{train: data.jsonl}",
        training="{loss: cross_entropy}",
    )
    (notice,) = plan(config).notices
    assert "not applied twice" in notice


def test_several_outputs_each_have_their_own_task(folder):
    folder.write(
        "two.jsonl",
        '{"input": [0.0], "target": {"size": [0.5], "kind": 1}}\n'
        '{"input": [1.0], "target": {"size": [1.5], "kind": 0}}\n',
    )
    config = folder.neuron(
        "in: [batch, 1]\nout size: [batch, 1]\nout kind: [batch, 3]",
        "in -> Linear(1, 1) -> size\n        in -> Linear(1, 3) -> kind",
        "{train: two.jsonl}",
        training="{loss: {size: mae, kind: {name: cross_entropy, label_smoothing: 0.1}}}",
    )
    found = plan(config)
    assert found.task == {"size": "regression", "kind": "classification"}
    assert found.loss == {"size": "mae", "kind": "cross_entropy"}
    assert found.metrics == {"size": ["mae", "r2"], "kind": ["accuracy", "f1"]}
    assert any("kind" in line for line in plan_lines(found))


@pytest.mark.parametrize(
    ("training", "code", "place", "text"),
    [
        ("{loss: huberr}", "NR101", "xor.yml:3:18", "huber"),
        ("{optimizer: adm}", "NR101", "xor.yml:3:23", "adam"),
        ("{optimizer: {name: sgd, momentun: 0.9}}", "NR102", "xor.yml:3:35", "momentum"),
        ("{metrics: [mae, f7]}", "NT201", "xor.yml:3:27", "f7"),
        ("{logger: consol}", "NR101", "xor.yml:3:20", "console"),
        ("{checkpoint: {every: 0}}", "NC106", "xor.yml:3:32", "1 or more"),
        ("{checkpoint: {name: torhc}}", "NR101", "xor.yml:3:31", "torch"),
        ("{checkpoint: {monitor: val_los}}", "NT205", "xor.yml:3:34", "validation data"),
        ("{early_stopping: {patience: 2}}", "NT205", "xor.yml:3:12", "validation data"),
        ("{early_stopping: {monitor: train_los}}", "NT205", "xor.yml:3:38", "train_loss"),
        ("{trainer: {max_tme: 1}}", "NT207", "xor.yml:3:22", "max_time"),
    ],
)
def test_it_refuses_at_its_place_what_fit_would_refuse(folder, training, code, place, text):
    with pytest.raises(NeuroScriptError) as caught:
        plan(folder.xor(training))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}" == place
    assert text in str(caught.value)


def test_a_fraction_cannot_be_held_out_of_a_loader_that_cannot_split(folder):
    folder.write(
        "loaders.py",
        "import torch\n"
        "from neuroscript.contracts import DataLoaderContract, ContractRegistry\n"
        "class Endless(DataLoaderContract):\n"
        "    def __iter__(self):\n"
        "        yield {'input': torch.zeros(2, 2), 'target': torch.zeros(2, 1)}\n"
        "    def __len__(self):\n"
        "        return 1\n"
        "ContractRegistry.register_dataloader('endless_zeros', Endless)\n",
    )
    config = folder.xor(more="plugins: [loaders.py]\n", data=", format: endless_zeros, val: 0.5")
    with pytest.raises(NeuroScriptError) as caught:
        plan(config)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT208", "xor.yml", 2)


@pytest.mark.parametrize(
    ("training", "column"),
    [
        ("{precision: 17}", 23),
        ("{epochs: 2, strategy: dpd}", 33),
        ("{trainer: {val_check_interval: 2.5}}", 21),
    ],
)
def test_settings_that_lightning_refuses_are_shown_at_their_place(folder, training, column):
    with pytest.raises(NeuroScriptError) as caught:
        plan(folder.xor(training))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("NT206", 3, column)
    assert caught.value.exit_code == 2


CLASSES = [([0.0], 0), ([1.0], 1), ([2.0], 2)]
FLOATS = [([0.0], [0.5]), ([1.0], [1.5])]
SHARES = [([0.0], [0.25, 0.75]), ([1.0], [1.0, 0.0])]


@pytest.mark.parametrize(
    ("loss", "outputs", "rows", "text"),
    [
        ("mse", 3, CLASSES, "MSE cannot compare predictions [2, 3] with targets [2]"),
        ("kl_div", 3, CLASSES, "single numbers"),
        ("{name: cross_entropy, weight: [1, 2]}", 3, CLASSES, "weight"),
        ("cross_entropy", 1, FLOATS, "the output is one number"),
        ("cross_entropy", 2, [([0.0], [0.5, 3.0])], "add up to 1"),
        ("nll", 2, SHARES, "class indices"),
        ("bce", 1, FLOATS, "from 0 to 1, and one is 1.5"),
        ("poisson_nll", 1, [([0.0], [-0.5])], "of 0 and more, and one is -0.5"),
        ("gaussian_nll", 1, FLOATS, "GaussianNLL cannot compare predictions [2, 1]"),
        ("cosine_embedding", 1, FLOATS, "vectors"),
    ],
)
def test_a_loss_that_cannot_serve_the_task_is_refused_at_its_place(
    folder, loss, outputs, rows, text
):
    folder.rows("data.jsonl", rows)
    config = folder.neuron(
        f"in: [batch, 1]\nout: [batch, {outputs}]",
        f"in -> Linear(1, {outputs}) -> out",
        "{train: data.jsonl}",
        training=f"{{loss: {loss}}}",
    )
    with pytest.raises(NeuroScriptError) as caught:
        plan(config)
    (diagnostic,) = caught.value.diagnostics
    assert caught.value.exit_code == 2
    assert (diagnostic.file, diagnostic.line, diagnostic.column) == ("net.yml", 3, 18)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("loss", "outputs", "rows"),
    [
        ("bce", 1, [([0.0], [0.5]), ([1.0], [1.0])]),
        ("cross_entropy", 2, SHARES),
        ("kl_div", 2, SHARES),
        ("mse", 1, [([0.0], 0), ([1.0], 1)]),
        ("nll", 3, CLASSES),
    ],
)
def test_a_loss_that_can_serve_the_task_passes(folder, loss, outputs, rows):
    folder.rows("data.jsonl", rows)
    config = folder.neuron(
        f"in: [batch, 1]\nout: [batch, {outputs}]",
        f"in -> Linear(1, {outputs}) -> out",
        "{train: data.jsonl}",
        training=f"{{loss: {loss}}}",
    )
    assert plan(config).loss == loss


def test_a_target_without_meaning_to_the_loss_that_the_task_chose_is_told_at_its_line(folder):
    folder.rows("data.jsonl", [([0.0], 0), ([1.0], 1)])
    folder.rows("val.jsonl", [([0.0], 0), ([1.0], 1), ([2.0], 2)])
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 1]",
        "in -> Linear(1, 1) -> out",
        "{train: data.jsonl, val: val.jsonl}",
    )
    with pytest.raises(NeuroScriptError) as caught:
        plan(config)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT210", "val.jsonl", 3)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("metric", "reason"),
    [("accuracy", "a metric of classification"), ("perplexity", "expected to have 2 dimensions")],
)
def test_a_metric_that_does_not_suit_the_task_is_refused_at_its_place(folder, metric, reason):
    with pytest.raises(NeuroScriptError) as caught:
        plan(folder.xor(f"{{metrics: [mae, {metric}]}}"))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("NT203", 3, 27)
    assert reason in str(caught.value)


def test_fields_that_the_neuron_does_not_take_are_told(folder):
    both = "in left: [batch, 1]\nin right: [batch, 1]\nout: [batch, 1]"
    rows = [({"id": [i], "left": [1.0], "right": [2.0]}, [float(i)]) for i in range(4)]
    folder.rows("all.jsonl", rows)
    graph = "(left, right) -> Concat() -> Linear(2, 1) -> out"
    config = folder.neuron(both, graph, "{train: all.jsonl}")
    told = "4 samples   left float[1]   right float[1]   target float[1]   ignored id"
    assert plan(config).data == f"all.jsonl   jsonl   {told}"
    arrays = {name: np.ones((4, 1), np.float32) for name in ("right", "left", "weight", "target")}
    np.savez(folder.path / "all.npz", **arrays)
    folder.write("net.yml", "model: {file: net.ns}\ndata: {train: all.npz}\n")
    assert plan(config).data.endswith("target float[1]   ignored weight")
    assert "weight float" not in plan(config).data
