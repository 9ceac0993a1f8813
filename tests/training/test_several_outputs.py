"""Several outputs: what is said of one, what is inferred for the others, what is left out."""

from __future__ import annotations

import json

import pytest

from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, load_run, plan
from neuroscript.training.summary import plan_lines

PORTS = "in: [batch, 2]\nout size: [batch, 1]\nout kind: [batch, 3]"
GRAPH = "in -> Linear(2, 1) -> size\n        in -> Linear(2, 3) -> kind"
BOTH = [{"size": [0.5], "kind": 1}, {"size": [1.5], "kind": 0}, {"size": [2.5], "kind": 2}]

VAE_PORTS = "in: [batch, 4]\nout: [batch, 4]\nout mean: [batch, 2]\nout logvar: [batch, 2]"
VAE_GRAPH = """\
in -> Linear(4, 2) -> mean
        in -> Linear(4, 2) -> logvar
        mean -> Linear(2, 4) -> out"""
ELBO = """\
import torch

def elbo(predictions, targets, outputs, beta=1.0):
    mean, logvar = outputs["mean"], outputs["logvar"]
    divergence = -0.5 * (1 + logvar - mean.square() - logvar.exp()).sum(1).mean()
    return torch.nn.functional.mse_loss(predictions, targets) + beta * divergence
"""


def write(folder, name, targets):
    rows = [{"input": [float(i), 1.0], "target": t} for i, t in enumerate(targets)]
    folder.write(name, "".join(json.dumps(row) + "\n" for row in rows))


def two(folder, targets=BOTH, **sections) -> str:
    write(folder, "two.jsonl", targets)
    return folder.neuron(PORTS, GRAPH, "{train: two.jsonl}", **sections)


def vae(folder, **sections) -> str:
    lines = [json.dumps({"input": [0.0, 1.0, 0.5, float(i)]}) for i in range(4)]
    folder.write("rows.jsonl", "\n".join(lines) + "\n")
    folder.write("elbo.py", ELBO)
    return folder.neuron(VAE_PORTS, VAE_GRAPH, "{train: rows.jsonl}", **sections)


def test_what_is_said_of_one_output_leaves_the_other_to_inference(folder):
    found = plan(two(folder, task="{kind: classification}", training="{metrics: {kind: f1}}"))
    assert found.task == {"size": "regression", "kind": "classification"}
    assert found.metrics == {"size": ["mae", "r2"], "kind": ["f1"]}
    assert found.reasons["task.kind"] == found.reasons["metrics.kind"] == "as configured"
    assert found.reasons["task.size"] == "output [batch, 1] with float targets"
    assert found.reasons["metrics.size"] == found.reasons["loss.kind"] == "from task"


def test_each_loss_counts_by_its_weight(folder):
    heavy = two(folder, training="{epochs: 1, loss: {size: {name: mse, weight: 3}}}")
    ran = fit(heavy, **{"training.logger": []})
    objective = ran.module.state.objective
    assert objective is not None
    assert [part.weight for part in objective.parts] == [3.0, 1.0]
    batch = {"input": objective_inputs(), "target": {"size": [[1.0]], "kind": [0]}}
    tensors = as_tensors(batch)
    size, kind = (part.loss for part in objective.parts)
    outputs = dict(zip(("size", "kind"), ran.model(tensors["input"]), strict=True))
    alone = size.compute(outputs["size"], tensors["target"]["size"])
    other = kind.compute(outputs["kind"], tensors["target"]["kind"])
    total = objective.outcome(ran.model, tensors).loss.detach()
    assert float(total) == pytest.approx(float((3 * alone + other).detach()))


def objective_inputs():
    return [[1.0, 2.0]]


def as_tensors(batch):
    import torch

    target = {name: torch.tensor(value) for name, value in batch["target"].items()}
    return {"input": torch.tensor(batch["input"]), "target": target}


def test_metrics_are_named_by_their_output(folder):
    ran = fit(two(folder, training="{epochs: 1}"), **{"training.logger": []})
    assert {"train_loss", "train_size_mae", "train_kind_accuracy"} <= set(ran.metrics)


def test_outputs_that_are_left_out_serve_a_loss_of_ones_own(folder):
    config = vae(
        folder,
        task="{mean: none, logvar: none}",
        training="{epochs: 2, loss: {out: {name: './elbo.py:elbo', beta: 0.1}}}",
    )
    found = plan(config)
    assert found.task == {"out": "reconstruction", "mean": "none", "logvar": "none"}
    assert "  task       mean: none " in "\n".join(plan_lines(found))
    ran = fit(config, **{"training.logger": []})
    assert ran.metrics["train_loss"] > 0
    again = load_run(ran.run_dir)
    (answer,) = again.predict([[0.0, 1.0, 0.5, 1.0]])
    assert set(answer["prediction"]) == {"out", "mean", "logvar"}


def test_an_output_of_the_inputs_shape_needs_no_target_beside_others(folder):
    write(folder, "kinds.jsonl", [{"kind": 0}, {"kind": 1}, {"kind": 2}])
    config = folder.neuron(
        "in: [batch, 2]\nout kind: [batch, 3]\nout rebuilt: [batch, 2]",
        "in -> Linear(2, 3) -> kind\n        in -> Linear(2, 2) -> rebuilt",
        "{train: kinds.jsonl}",
        training="{epochs: 1}",
    )
    found = plan(config)
    assert found.task == {"kind": "classification", "rebuilt": "reconstruction"}
    ran = fit(config, **{"training.logger": []})
    assert "train_rebuilt_mae" in ran.metrics


def test_a_lone_target_belongs_to_the_one_output_that_is_trained(folder):
    write(folder, "kinds.jsonl", [0, 1, 2])
    config = folder.neuron(PORTS, GRAPH, "{train: kinds.jsonl}", task="{size: none}")
    assert plan(config).task == {"size": "none", "kind": "classification"}


@pytest.mark.parametrize(
    ("sections", "code", "place", "text"),
    [
        ({"task": "{knd: classification}"}, "NT211", "net.yml:3:8", "did you mean `kind`?"),
        ({"training": "{loss: {siz: mae}}"}, "NT211", "net.yml:3:19", "did you mean `size`?"),
        ({"training": "{metrics: {all: mae}}"}, "NT211", "net.yml:3:22", "`size` and `kind`"),
        ({"training": "{loss: {delta: 0.5}}"}, "NC106", "net.yml:3:26", "should be a name"),
        ({"task": "{size: none, kind: none}"}, "NT213", "net.yml:3:1", "nothing to train"),
        ({"training": "{metrics: {size: [mae, f7]}}"}, "NT201", "net.yml:3:34", "f7"),
    ],
)
def test_settings_of_outputs_that_there_are_not_are_refused(folder, sections, code, place, text):
    with pytest.raises(NeuroScriptError) as caught:
        plan(two(folder, **sections))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}" == place
    assert text in str(caught.value)
    assert caught.value.exit_code == 2


def test_an_output_that_is_not_trained_can_have_no_loss(folder):
    config = two(folder, task="{size: none}", training="{loss: {size: mse}}")
    with pytest.raises(NeuroScriptError) as caught:
        plan(config)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("NT212", 4, 19)


def test_an_output_without_a_target_says_how_to_leave_it_out(folder):
    with pytest.raises(NeuroScriptError) as caught:
        plan(two(folder, [{"kind": 0}, {"kind": 1}]))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT109", "two.jsonl", 1)
    assert "`task: {size: none}`" in diagnostic.help


def test_targets_of_two_names_for_one_output_are_refused(folder):
    write(folder, "two.jsonl", [{"a": 0.5, "b": 1.5}, {"a": 1.5, "b": 2.5}])
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]", "in -> Linear(2, 1) -> out", "{train: two.jsonl}"
    )
    with pytest.raises(NeuroScriptError) as caught:
        plan(config)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT112", "two.jsonl", 1)
    assert "`a` and `b`" in diagnostic.message
