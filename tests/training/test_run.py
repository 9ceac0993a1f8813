"""A run from its config to its folder: what is kept, what ends it early, what comes back."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import neuroscript
from neuroscript.contracts import (
    CheckpointContract,
    CheckpointMetadata,
    ContractRegistry,
    OptimizerContract,
)
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import NeuronModule, TrainingInterrupted, fit, load_run, train_from_config


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_folder_of_a_run_holds_what_is_needed_to_see_and_repeat_it(folder):
    runner = fit(folder.xor("{epochs: 30, lr: 0.01, log_every: 10}"))
    assert str(runner.run_dir) == str(Path("runs/xor/1"))
    held = {str(p.relative_to(runner.run_dir)) for p in runner.run_dir.rglob("*") if p.is_file()}
    assert held == {"config.yml", "model.py", "metrics.csv", "checkpoints/last.pt"}
    assert (folder.path / "runs/xor/latest").resolve() == runner.run_dir.resolve()
    assert "class XOR(nn.Module)" in (runner.run_dir / "model.py").read_text()
    rows = table(runner.run_dir / "metrics.csv")
    assert [row["step"] for row in rows] == ["10", "20", "30"]
    assert float(rows[-1]["train_loss"]) == pytest.approx(runner.metrics["train_loss"])

    again = fit(runner.run_dir / "config.yml", **{"run.name": "again"})
    assert again.metrics == runner.metrics
    second = fit("xor.yml", epochs=1)
    assert second.run_dir.name == "2"
    assert (folder.path / "runs/xor/latest").resolve() == second.run_dir.resolve()


def test_a_run_is_loaded_and_repeated_from_any_folder(folder, tmp_path_factory, monkeypatch):
    folder.write("own/losses.py", "def far(p, t):\n    return (p - t).abs().mean()\n")
    folder.write("own/plugin.py", "")
    runner = fit(
        folder.xor(
            "{epochs: 3, loss: {name: './own/losses.py:far'}}", more="plugins: [own/plugin.py]\n"
        )
    )
    run_dir = runner.run_dir.resolve()
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    loaded = load_run(run_dir)
    assert torch.equal(loaded.model.linear.weight, runner.model.linear.weight)
    again = fit(run_dir / "config.yml")
    assert again.metrics == runner.metrics
    assert str(again.run_dir) == str(Path("runs/xor/1"))


def test_the_same_config_gives_the_same_weights_and_another_seed_others(folder):
    config = folder.xor()
    first, second, other = fit(config), fit(config), fit(config, seed=1)
    assert torch.equal(first.model.linear.weight, second.model.linear.weight)
    assert not torch.equal(first.model.linear.weight, other.model.linear.weight)


def test_a_model_handed_in_is_trained_as_it_is(folder):
    config = folder.xor("{steps: 1, lr: 0.000001}")
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())
    before = model[0].weight.detach().clone()
    runner = train_from_config(model, config)
    assert runner.model is model
    torch.testing.assert_close(model[0].weight, before, atol=1e-5, rtol=0)
    assert not torch.equal(model[0].weight, before)


def test_a_model_handed_in_may_differ_in_its_parameters_from_the_config(folder):
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]", "in -> Linear(2, 1) -> out", "{train: three.jsonl}"
    )
    folder.rows("three.jsonl", [([0.0, 1.0, 2.0], [1.0]), ([1.0, 1.0, 2.0], [0.0])])
    runner = train_from_config(nn.Linear(3, 1), config)
    assert runner.plan.signature == "[batch, 3] -> [batch, 1]"


def test_a_class_handed_in_is_made_with_the_parameters_of_the_config(folder):
    class Net(nn.Sequential):
        def __init__(self, hidden):
            super().__init__(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    folder.rows("xor.jsonl", [([0, 1], 1), ([1, 1], 0)])
    config = {"data": {"train": "xor.jsonl"}, "training": {"epochs": 1}}
    runner = train_from_config(Net, {**config, "model": {"params": {"hidden": 3}}})
    assert runner.model[0].out_features == 3
    assert runner.plan.task == "binary_classification"
    with pytest.raises(NeuroScriptError, match="Net cannot be made with these parameters"):
        train_from_config(Net, config)


def test_asking_a_runner_leaves_mode_and_gradients_alone(folder):
    runner = fit(folder.xor())
    runner.model.train()
    answer = runner.infer(torch.tensor([[1, 0]]))
    assert answer.shape == (1, 1)
    assert not answer.requires_grad
    assert runner.model.training
    (row,) = runner.predict([[1.0, 0.0]])
    assert row == {"index": 0, "prediction": pytest.approx(answer.item())}
    assert runner.predict([{"input": [1.0, 0.0]}]) == [row]


def test_validation_fraction_best_checkpoint_and_test_data(folder):
    rows = [([float(i % 5), float(i % 3)], "even" if i % 2 else "odd") for i in range(40)]
    folder.rows("all.jsonl", rows)
    folder.rows("test.jsonl", rows[:7])
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 2]",
        "in -> Linear(2, 8) -> ReLU() -> Linear(8, 2) -> out",
        "{train: all.jsonl, val: 0.25, test: test.jsonl}",
        training="{epochs: 8, lr: 0.05}",
    )
    runner = fit(config)
    assert runner.plan.val == "0.25 of train   10 samples   stratified by class"
    assert {"train_loss", "val_loss", "val_accuracy", "test_f1"} <= set(runner.metrics)
    assert runner.checkpoint.name.startswith("best-")
    (row,) = [r for r in table(runner.run_dir / "metrics.csv") if r["test_loss"]]
    assert float(row["val_loss"]) == pytest.approx(runner.metrics["val_loss"])
    assert runner.test()["test_accuracy"] == runner.metrics["test_accuracy"]
    (answer,) = runner.predict([[1.0, 2.0]])
    assert answer["prediction"] in ("even", "odd")
    assert sum(answer["probabilities"]) == pytest.approx(1.0)

    loaded = load_run(runner.run_dir)
    assert loaded.predict([[1.0, 2.0]])[0]["prediction"] in ("even", "odd")
    last = load_run(runner.run_dir / "checkpoints/last.pt")
    torch.testing.assert_close(last.infer(torch.ones(1, 2)), runner.infer(torch.ones(1, 2)))


def test_checkpoints_come_every_so_many_steps_and_in_the_format_asked_for(folder, monkeypatch):
    runner = fit(folder.xor("{epochs: 5, checkpoint: {name: safetensors, every: 2}}"))
    assert [p.name for p in (runner.run_dir / "checkpoints").iterdir()] == ["last.safetensors"]
    assert torch.equal(load_run(runner.run_dir).model.linear.weight, runner.model.linear.weight)


def test_a_checkpoint_contract_of_ones_own_is_told_step_and_metrics(folder):
    saved = []

    class Noted(CheckpointContract):
        suffix = ".noted"

        def save(self, path, model, optimizer, metadata):
            saved.append((metadata.step, type(model).__name__, type(optimizer).__name__))
            torch.save(model.state_dict(), path)

        def load(self, path, model, optimizer=None):
            return CheckpointMetadata()

    ContractRegistry.register_checkpoint("noted", Noted)
    fit(folder.xor("{epochs: 5, checkpoint: {name: noted, every: 2}}"))
    assert saved == [(2, "XOR", "Adam"), (4, "XOR", "Adam"), (5, "XOR", "Adam")]


def test_an_optimizer_contract_of_ones_own_replaces_the_default(folder):
    class Still(OptimizerContract):
        def __init__(self, optimizer):
            self.optimizer = optimizer

        @classmethod
        def from_config(cls, model, optimizer_type, lr, *, scale=0.0):
            return cls(torch.optim.SGD(model.parameters(), lr=lr * scale))

    ContractRegistry.register_optimizer("still", Still)
    runner = fit(folder.xor("{epochs: 2, optimizer: {name: still, scale: 0.0}}"))
    torch.manual_seed(0)
    fresh = fit(folder.xor("{epochs: 1, optimizer: still}"))
    assert torch.equal(runner.model.linear.weight, fresh.model.linear.weight)


def test_a_loss_function_in_a_file_of_ones_own(folder):
    folder.write(
        "losses.py",
        "def cubed(predictions, targets, scale=1.0):\n"
        "    return scale * (predictions - targets).abs().pow(3).mean()\n",
    )
    runner = fit(folder.xor("{epochs: 2, loss: {name: './losses.py:cubed', scale: 2.0}}"))
    assert runner.plan.loss == "./losses.py:cubed"


def test_a_loss_that_wants_a_mean_and_a_variance_for_each_target(folder):
    folder.rows("line.jsonl", [([float(x)], [2.0 * x]) for x in range(1, 9)])
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 2]",
        "in -> Linear(1, 2) -> Softplus() -> out",
        "{train: line.jsonl, val: 0.25}",
        training="{epochs: 60, lr: 0.1, loss: gaussian_nll}",
    )
    runner = fit(config)
    assert (runner.plan.task, runner.plan.metrics) == ("regression", ["mae", "r2"])
    assert runner.metrics["val_mae"] < 2
    (row,) = runner.predict([[5.0]])
    assert row["prediction"] == pytest.approx(10.0, abs=2.5)
    assert runner.infer(torch.tensor([[5.0]])).shape == (1, 2)
    module = NeuronModule(nn.Linear(1, 2), loss="gaussian_nll", logger=[])
    loss = module.training_step((torch.ones(4, 1), torch.ones(4, 1)), 0)
    assert loss.dim() == 0


def test_early_stopping_watches_every_epoch(folder):
    stopping = "early_stopping: {monitor: train_loss, patience: 2, min_delta: 1000.0}"
    runner = fit(folder.xor(f"{{epochs: 100, {stopping}}}"))
    assert runner.trainer.current_epoch == 3


def test_steps_alone_end_training(folder):
    runner = fit(folder.xor("{steps: 13}"))
    assert runner.trainer.global_step == 13


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_last_good_state(folder):
    training = "{epochs: 50, lr: 1.0e+30, optimizer: sgd, loss: mse, log_every: 4}"
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 1]",
        "in -> Linear(1, 1) -> out",
        "{train: line.jsonl}",
        training=training,
    )
    folder.rows("line.jsonl", [([1.0], [2.0]), ([2.0], [4.0])])
    with pytest.raises(NeuroScriptError) as caught:
        fit(config)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT301", "net.yml", 3)
    assert "at step " in diagnostic.message
    assert diagnostic.span.text == "1.0e+30"
    assert caught.value.exit_code == 1


def test_an_exception_in_ones_own_loss_shows_its_line_and_what_was_saved(folder):
    folder.write(
        "broken.py",
        "calls = []\n"
        "def broken(predictions, targets):\n"
        "    calls.append(1)\n"
        "    if len(calls) > 3:\n"
        "        raise ValueError('no more')\n"
        "    return (predictions - targets).abs().mean()\n",
    )
    with pytest.raises(NeuroScriptError) as caught:
        fit(folder.xor("{epochs: 9, loss: './broken.py:broken'}"))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.line) == ("NT303", 5)
    assert diagnostic.file.endswith("broken.py")
    assert "after step 3: ValueError: no more" in diagnostic.message
    assert load_run("runs/xor/1").metrics is not None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_between_two_steps_with_a_checkpoint(folder, number):
    def kill_in_the_fifth_step(predictions, targets):
        kill_in_the_fifth_step.calls += 1
        if kill_in_the_fifth_step.calls == 5:
            os.kill(os.getpid(), number)
        return (predictions - targets).abs().mean()

    kill_in_the_fifth_step.calls = 0
    ContractRegistry.register_loss("killing", kill_in_the_fifth_step)
    before = signal.getsignal(number)
    with pytest.raises(TrainingInterrupted) as caught:
        fit(folder.xor("{epochs: 1000, loss: killing}"))
    assert caught.value.step == 5
    assert caught.value.checkpoint.is_file()
    assert "after step 5" in str(caught.value)
    assert signal.getsignal(number) == before
    loaded = load_run(caught.value.run_dir)
    assert loaded.checkpoint == caught.value.checkpoint


def test_runs_that_are_not_there_are_told(folder):
    for path in ("runs/none", "."):
        with pytest.raises(NeuroScriptError) as caught:
            load_run(path)
        assert caught.value.diagnostics[0].code == "NT401"


def test_a_loader_of_ones_own_needs_no_files(folder):
    from neuroscript.contracts import DataLoaderContract

    class Noise(DataLoaderContract):
        def __init__(self, dataset: str, batch_size: int = 8):
            self.dataset_name, self.batch_size = dataset, batch_size

        def __iter__(self):
            for _ in range(3):
                yield {
                    "input": torch.rand(self.batch_size, 2),
                    "target": torch.rand(self.batch_size),
                }

        def __len__(self):
            return 3

    ContractRegistry.register_dataloader("noise", Noise)
    folder.xor()
    config = {
        "model": {"file": "xor.ns"},
        "data": {"format": "noise", "dataset": "white", "batch_size": 4},
        "training": {"epochs": 2},
    }
    runner = fit(config)
    assert runner.trainer.global_step == 6
    assert "Noise" in runner.plan.data


def test_a_loss_that_is_not_one_number_is_told_at_its_place(folder):
    folder.write("own.py", "def each(p, t):\n    return (p - t).abs()\n")
    with pytest.raises(NeuroScriptError) as caught:
        fit(folder.xor("{epochs: 3, loss: './own.py:each'}"))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("NT302", "xor.yml", 3)


def test_console_and_table_count_epochs_alike_from_one(folder, capsys):
    folder.rows("test.jsonl", [([0.0, 1.0], [1.0])])
    runner = fit(folder.xor("{epochs: 3, log_every: 1}", data=", val: 0.25, test: test.jsonl"))
    shown = [line for line in capsys.readouterr().err.splitlines() if " loss " in line]
    told = [line.split("   ")[0] for line in shown if "train loss" in line or "val loss" in line]
    assert told == ["epoch 1", "epoch 2", "epoch 3", "epoch 3"]
    assert shown[-1].startswith("step 3   test loss")
    rows = table(runner.run_dir / "metrics.csv")
    assert [(row["epoch"], row["step"]) for row in rows] == [("1", "1"), ("2", "2"), ("3", "3")]
    runner.test()
    again = table(runner.run_dir / "metrics.csv")
    assert len(again) == len(rows) + 1
    assert again[-1]["test_loss"] == rows[-1]["test_loss"]


def test_parameters_may_be_called_what_python_cannot_say(folder):
    folder.write(
        "net.ns",
        "neuron Net(lambda=8, self=3):\n    in: [batch, 2]\n    out: [batch, 1]\n"
        "    graph: in -> Linear(2, lambda) -> Linear(lambda, self) -> Linear(self, 1) -> out\n",
    )
    fitted = fit(
        folder.xor("{epochs: 1}"),
        **{"model.file": "net.ns", "model.neuron": "Net", "model.params": {"lambda": 5, "self": 4}},
    )
    assert [layer.out_features for layer in fitted.module.model.children()] == [5, 4, 1]
    again = load_run(fitted.run_dir)
    assert [layer.out_features for layer in again.module.model.children()] == [5, 4, 1]


def test_training_starts_from_weights(folder):
    """From a run's own checkpoint, whole; and a part of a model from a file of that part."""
    first = fit(folder.xor("{epochs: 20, lr: 0.05}"))
    again = fit(folder.xor("{epochs: 1, lr: 1e-30}"), **{"model.weights": str(first.checkpoint)})
    for name, value in first.module.model.state_dict().items():
        assert torch.equal(again.module.model.state_dict()[name], value)
    assert f"{first.checkpoint}   4 tensors" in again.plan.weights
    folder.write(
        "deep.ns",
        "use local,xor/XOR\n\nneuron Deep:\n    in: [batch, 2]\n    out: [batch, 1]\n"
        "    context:\n        base = XOR()\n"
        "    graph: in -> Linear(2, 2) -> base -> out\n",
    )
    deep = fit(
        folder.xor("{epochs: 1, lr: 1e-30}"),
        model={"file": "deep.ns", "weights": {"file": str(first.checkpoint), "into": "base"}},
    )
    for name, value in first.module.model.state_dict().items():
        assert torch.equal(deep.module.model.base.state_dict()[name], value)
    assert deep.plan.weights.endswith("4 tensors, 2 start anew")


def test_weights_that_do_not_fit_are_told_at_their_key(folder):
    config = folder.xor("{epochs: 1}")
    state = neuroscript.load("xor.ns").XOR().state_dict()
    save_file({**state, "linear.weight": torch.zeros(3, 2)}, folder.path / "w.safetensors")
    with pytest.raises(NeuroScriptError) as raised:
        fit(config, **{"model.weights": "w.safetensors"})
    assert "linear.weight" in str(raised.value)
    assert 'model.weights="w.safetensors"' in str(raised.value)
    with pytest.raises(NeuroScriptError, match=r"there is no `v.safetensors`"):
        fit(config, **{"model.weights": "v.safetensors"})


def test_a_run_can_be_repeated_from_its_weights(folder, monkeypatch):
    first = fit(folder.xor("{epochs: 2}"))
    second = fit(folder.xor("{epochs: 2}"), **{"model.weights": str(first.checkpoint)})
    config = (second.run_dir / "config.yml").resolve()
    monkeypatch.chdir(folder.path.parent)
    assert fit(config, **{"run.name": "again"}).plan.weights.endswith("4 tensors")


def test_a_run_with_a_layer_of_ones_own_is_loaded_in_another_process(folder):
    """The layer lies beside the `.ns` file, which is not where the other process runs."""
    folder.write("nets/bends.py", "from torch.nn import Tanh as Bend\n")
    net = "neuron Bend:\n    in: [*]\n    out: [*]\n    impl: python,bends/Bend\n\n"
    net += "neuron Net:\n    in: [batch, 1]\n    out: [batch, 1]\n"
    folder.write("nets/net.ns", net + "    graph: in -> Linear(1, 1) -> Bend() -> out\n")
    folder.rows("data.jsonl", [([0.0], [0.0]), ([1.0], [0.5])])
    config = {"model": {"file": "nets/net.ns"}, "data": {"train": "data.jsonl"}}
    runner = fit({**config, "training": {"epochs": 1}}, logger=[])
    script = "import sys, neuroscript; print(neuroscript.load_run(sys.argv[1]).predict([[1.0]]))"
    done = subprocess.run(
        [sys.executable, "-c", script, str(runner.run_dir.absolute())],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(runner.predict([[1.0]]))
