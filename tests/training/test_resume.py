"""Going on with a run: what continues, what may change, what is told when it cannot."""

from __future__ import annotations

import csv
import os
import shutil
import signal
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from torch import nn

from neuroscript.cli.fit import command, sorted_out
from neuroscript.contracts import (
    CheckpointContract,
    CheckpointMetadata,
    ContractRegistry,
    DataLoaderContract,
)
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import TrainingInterrupted, fit, load_run, train_from_config

ROWS = [([i / 7, i % 3 / 2], [float(i % 2)]) for i in range(11)]


def net(
    folder, training, graph="in -> Linear(2, 4) -> Tanh() -> Dropout(0.5) -> Linear(4, 1) -> out"
):
    folder.rows("rows.jsonl", ROWS)
    return folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]",
        graph,
        "{train: rows.jsonl, batch_size: 2}",
        training=training,
    )


def stop_at(batch, number=signal.SIGINT):
    """A loss that lets a signal come in a certain batch."""
    calls = []

    def stopping(predictions, targets):
        calls.append(1)
        if len(calls) == batch:
            os.kill(os.getpid(), number)
        return (predictions - targets).square().mean()

    ContractRegistry.register_loss("stopping", stopping)
    return "stopping"


def weights(run):
    return torch.cat([p.detach().flatten() for p in run.model.parameters()])


def refused(action):
    with pytest.raises(NeuroScriptError) as caught:
        action()
    return caught.value.diagnostics


@pytest.mark.parametrize("batch", [1, 4, 6, 9])
def test_a_stopped_run_ends_as_if_it_had_not_been_stopped(folder, batch):
    config = net(folder, "{epochs: 3, loss: stopping, log_every: 2, accumulate: 2}")
    stop_at(0)
    whole = fit(config, **{"run.name": "whole"})
    stop_at(batch)
    with pytest.raises(TrainingInterrupted) as caught:
        fit(config)
    assert caught.value.step == batch // 2
    stop_at(0)
    resumed = fit(config, resume=True)
    assert resumed.run_dir == caught.value.run_dir
    assert torch.equal(weights(whole), weights(resumed))
    table = [Path(run.run_dir / "metrics.csv").read_text() for run in (whole, resumed)]
    assert table[0] == table[1]


def test_a_finished_run_is_made_longer(folder, capsys):
    config = net(folder, "{epochs: 4, lr: 0.02}")
    whole = fit(config, **{"run.name": "whole"})
    fit(config, epochs=2)
    capsys.readouterr()
    longer = fit(config, resume="latest")
    told = capsys.readouterr().err
    assert "  goes on    after step 12   runs/net/1/checkpoints/last.pt" in told
    assert "  changed    training.epochs `2` → `4`" in told
    assert torch.equal(weights(whole), weights(longer))
    assert "epochs: 4" in (longer.run_dir / "config.yml").read_text()


def test_steps_end_in_the_middle_of_an_epoch_and_go_on_from_there(folder):
    whole = fit(net(folder, "{steps: 15}"), **{"run.name": "whole"})
    config = net(folder, "{steps: 8}")
    fit(config)
    assert torch.equal(weights(whole), weights(fit(config, resume=True, steps=15)))


def test_a_complete_run_has_nothing_left_to_train(folder, capsys):
    config = net(folder, "{epochs: 2}")
    run = fit(config)
    again = fit(config, resume=True)
    assert "nothing is left to train" in capsys.readouterr().err
    assert torch.equal(weights(run), weights(again))
    assert again.metrics == run.metrics


def test_an_older_state_and_a_file_alone_go_on_in_a_new_folder(folder):
    config = folder.xor("{epochs: 6, checkpoint: {monitor: train_loss, keep: 3}}")
    whole = fit(config)
    older = min((whole.run_dir / "checkpoints").glob("best-*"))
    shutil.copy(older, folder.path / "alone.pt")
    for path in (older, "alone.pt"):
        resumed = fit(config, resume=path)
        assert resumed.run_dir != whole.run_dir
        assert torch.equal(weights(whole), weights(resumed))
        both = [(run.run_dir / "metrics.csv").read_text() for run in (whole, resumed)]
        assert both[0] == both[1]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"training.lr": 0.5}, "training.lr"),
        ({"training.seed": 1}, "training.seed"),
        ({"data.batch_size": 3}, "batch_size"),
        ({"training.optimizer": "sgd"}, "training.optimizer"),
        ({"data.shuffle": False}, "data.shuffle"),
    ],
)
def test_what_would_make_another_run_of_it_is_refused_at_its_key(folder, change, key):
    config = net(folder, "{epochs: 1}")
    fit(config)
    (diagnostic,) = refused(lambda: fit(config, resume=True, **change))
    assert (diagnostic.code, diagnostic.key) == ("NT411", key)
    assert "model.weights=runs/net/1/checkpoints/last.pt" in diagnostic.help


def test_how_it_is_watched_may_change(folder):
    config = net(folder, "{epochs: 1}")
    fit(config)
    more = {"logger": "csv", "log_every": 3, "run.dir": "runs", "checkpoint": {"every": 7}}
    assert fit(config, resume=True, epochs=2, **more).trainer.global_step == 12


def test_another_program_is_told_line_by_line(folder):
    config = net(folder, "{epochs: 1}")
    fit(config)
    net(
        folder, "{epochs: 2}", "in -> Linear(2, 4) -> ReLU() -> Dropout(0.5) -> Linear(4, 1) -> out"
    )
    (diagnostic,) = refused(lambda: fit(config, resume=True))
    assert diagnostic.code == "NT412"
    assert any(line.startswith("-") and "Tanh" in line for line in diagnostic.lines)
    assert any(line.startswith("+") and "ReLU" in line for line in diagnostic.lines)


def test_other_data_are_told(folder):
    config = net(folder, "{epochs: 2}")
    fit(config)
    folder.rows("rows.jsonl", ROWS[:7])
    (diagnostic,) = refused(lambda: fit(config, resume=True))
    assert (diagnostic.code, diagnostic.before, diagnostic.now) == ("NT413", "11", "7")


def test_fewer_epochs_than_are_done_are_refused(folder):
    config = net(folder, "{epochs: 3}")
    fit(config)
    (diagnostic,) = refused(lambda: fit(config, resume=True, epochs=2))
    assert diagnostic.message == "the run has done 3 epochs already, and `training.epochs` is 2"


def test_nothing_to_go_on_from_is_told_with_what_was_looked_for(folder):
    config = net(folder, "{epochs: 1}")
    (none,) = refused(lambda: fit(config, resume=True))
    assert none.code == "NT410"
    assert "runs of `net` in `runs/net`, and there are none" in none.help
    (missing,) = refused(lambda: fit(config, resume="runs/net/7"))
    assert "a checkpoint or a run's folder at `runs/net/7`" in missing.help
    run = fit(config)
    run.checkpoint.unlink()
    (empty,) = refused(lambda: fit(config, resume=True))
    assert "the run ended before it saved one" in empty.help


def test_weights_alone_are_not_gone_on_from(folder):
    config = net(folder, "{epochs: 1}")
    saved = fit(config).save("weights.pt")
    (diagnostic,) = refused(lambda: fit(config, resume=saved, epochs=2))
    assert diagnostic.code == "NT415"


def test_a_damaged_checkpoint_is_told(folder):
    config = net(folder, "{epochs: 1}")
    file = fit(config).checkpoint
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole.replace(b"linear", b"lineal", 1), b""):
        file.write_bytes(damaged)
        for action in (lambda: fit(config, resume=True, epochs=2), lambda: load_run(file)):
            (diagnostic,) = refused(action)
            assert diagnostic.code == "NR121"
            assert "damaged" in diagnostic.message


def test_a_run_is_loaded_from_its_checkpoint_alone(folder, tmp_path_factory, monkeypatch):
    rows = [([float(i % 5), float(i % 3)], "even" if i % 2 else "odd") for i in range(20)]
    folder.rows("all.jsonl", rows)
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 2]", "in -> Linear(2, 2) -> out", "{train: all.jsonl}"
    )
    run = fit(config, epochs=2)
    wanted = run.predict([[1.0, 2.0]])
    empty = tmp_path_factory.mktemp("empty")
    shutil.copy(run.checkpoint, empty / "last.pt")
    run.save(empty / "saved.safetensors")
    shutil.rmtree(run.run_dir)
    (folder.path / "net.ns").unlink()
    monkeypatch.chdir(empty)
    for name in ("last.pt", "saved.safetensors"):
        loaded = load_run(name)
        assert loaded.predict([[1.0, 2.0]]) == wanted
        assert loaded.save("again.pt") and load_run("again.pt").predict([[1.0, 2.0]]) == wanted


def test_of_several_best_the_best_is_loaded(folder):
    config = folder.xor("{epochs: 5, lr: 0.05, checkpoint: {monitor: train_loss, keep: 3}}")
    run = fit(config)
    newest = load_run(run.run_dir).checkpoint
    assert newest == run.checkpoint
    os.utime(min((run.run_dir / "checkpoints").glob("best-*")))
    assert load_run(run.run_dir).checkpoint == run.checkpoint


def test_a_format_of_ones_own_is_gone_on_from(folder):
    class Pair(CheckpointContract):
        suffix = ".pair"

        def save(self, path, model, optimizer, metadata):
            state = optimizer.state_dict() if optimizer else None
            data = {"m": model.state_dict(), "o": state, "step": metadata.step}
            torch.save({**data, "config": metadata.config, "epoch": metadata.epoch}, path)

        def load(self, path, model, optimizer=None):
            data = torch.load(path, weights_only=True)
            model.load_state_dict(data["m"])
            if optimizer is not None:
                optimizer.load_state_dict(data["o"])
            return CheckpointMetadata(data["step"], data["epoch"], config=data["config"])

    ContractRegistry.register_checkpoint("pair", Pair)
    config = net(folder, "{epochs: 3, checkpoint: pair}")
    whole = fit(config, **{"run.name": "whole"})
    fit(config, epochs=1)
    assert torch.equal(weights(whole), weights(fit(config, resume=True)))


def test_a_format_that_forgets_the_optimizer_is_told(folder):
    class Weights(CheckpointContract):
        suffix = ".weights"

        def save(self, path, model, optimizer, metadata):
            torch.save({"m": model.state_dict(), "about": metadata.as_json()}, path)

        def load(self, path, model, optimizer=None):
            data = torch.load(path, weights_only=True)
            model.load_state_dict(data["m"])
            return CheckpointMetadata(**data["about"])

    ContractRegistry.register_checkpoint("weights", Weights)
    config = net(folder, "{epochs: 1, checkpoint: weights}")
    before = fit(config).checkpoint.read_bytes()
    (diagnostic,) = refused(lambda: fit(config, resume=True, epochs=2))
    assert diagnostic.code == "NT415"
    assert "not kept the state of the optimizer" in diagnostic.message
    assert Path("runs/net/1/checkpoints/last.weights").read_bytes() == before


class Drawn(DataLoaderContract):
    """Batches drawn at random, of which nobody knows how many there will be."""

    def __init__(self, sized: bool = False):
        self.sized = sized

    def __iter__(self):
        for _ in range(5):
            x = torch.rand(2, 2)
            yield {"input": x, "target": x[:, :1]}

    def __len__(self):
        if not self.sized:
            raise TypeError("not known")
        return 5


class Squares(torch.utils.data.Dataset):
    def __init__(self, count: int = 9):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        x = torch.tensor([float(index), 1.0]) / self.count + torch.rand(2)
        return x, x[:1].square()


@pytest.mark.parametrize(
    "data",
    [
        {"format": "drawn"},
        {"format": "drawn", "sized": True},
        {"format": "squares", "batch_size": 2},
    ],
)
@pytest.mark.parametrize("batch", [3, 5, 7])
def test_loaders_that_draw_at_random_go_on_with_what_they_would_have_drawn(folder, data, batch):
    ContractRegistry.register_dataloader("drawn", Drawn)
    ContractRegistry.register_dataloader("squares", Squares)
    config = {"data": data, "training": {"epochs": 3, "loss": "stopping"}, "run": {"name": "drawn"}}

    def model():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.Linear(3, 1))

    stop_at(0)
    whole = train_from_config(model(), {**config, "run": {"name": "whole"}})
    stop_at(batch)
    with pytest.raises(TrainingInterrupted):
        train_from_config(model(), config)
    stop_at(0)
    resumed = train_from_config(model(), config, resume=True)
    assert torch.equal(weights(whole), weights(resumed))


def test_an_exception_goes_back_to_the_last_step_of_the_optimizer(folder):
    config = net(folder, "{epochs: 3, accumulate: 3, loss: failing, log_every: 1}")
    calls = []

    def failing(predictions, targets):
        calls.append(1)
        if len(calls) == 5:
            raise OSError("the disk hiccups")
        return (predictions - targets).square().mean()

    ContractRegistry.register_loss("failing", failing)
    assert "NT303" in {d.code for d in refused(lambda: fit(config))}
    resumed = fit(config, resume=True)
    assert resumed.trainer.global_step == 6
    with (resumed.run_dir / "metrics.csv").open(newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["1", "2", "3", "4", "5", "6"]


def test_a_second_signal_quits_at_once_with_the_last_checkpoint(folder):
    calls = []

    def impatient(predictions, targets):
        calls.append(1)
        if len(calls) == 5:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
        return (predictions - targets).square().mean()

    ContractRegistry.register_loss("impatient", impatient)
    with pytest.raises(TrainingInterrupted) as caught:
        fit(net(folder, "{epochs: 3, loss: impatient, checkpoint: {every: 2}}"))
    assert (caught.value.step, caught.value.exit_code) == (4, 143)
    assert len(calls) == 5


def test_two_processes_do_not_train_in_one_folder(folder):
    config = net(folder, "{epochs: 2}")
    run = fit(config, epochs=1)
    from neuroscript.training.run_dir import held

    with held(run.run_dir):
        (diagnostic,) = refused(lambda: fit(config, resume=True))
    assert diagnostic.code == "NT416"
    assert str(os.getpid()) in diagnostic.message


@pytest.mark.parametrize(
    "arguments",
    [
        ["net.yml", "--resume", "training.epochs=2"],
        ["net.yml", "training.epochs=2", "--resume"],
        ["net.yml", "--resume", "latest", "training.epochs=2"],
        ["--resume", "net.yml", "training.epochs=2"],
        ["runs/net/1", "--resume", "training.epochs=2"],
        ["--resume", "runs/net/1", "training.epochs=2"],
        ["net.yml", "--resume", "runs/net/1", "training.epochs=2"],
        ["--resume=runs/net/1/checkpoints/last.pt", "training.epochs=2"],
    ],
)
def test_the_command_line_may_be_put_in_any_order(folder, arguments):
    fit(net(folder, "{epochs: 1}"))
    context = command.make_context("fit", list(arguments))
    asked = sorted_out(
        context.params["config"], context.params["resume"], context.params["overrides"]
    )
    assert asked.overrides == ("training.epochs=2",)
    assert (asked.config, asked.resume) in [
        ("net.yml", "latest"),
        ("net.yml", "runs/net/1"),
        (str(folder.path / "runs/net/1/config.yml"), "runs/net/1"),
        ("runs/net/1/config.yml", "runs/net/1"),
        (str(folder.path / "runs/net/1/config.yml"), "runs/net/1/checkpoints/last.pt"),
    ]


def test_the_command_resumes_and_says_how_to_when_it_is_stopped(folder):
    config = net(folder, "{epochs: 2, loss: stopping}")
    stop_at(4, signal.SIGTERM)
    stopped = CliRunner().invoke(command, [config], catch_exceptions=False)
    assert stopped.exit_code == 143
    assert stopped.stderr.splitlines()[-1] == "go on with: neuroscript fit runs/net/1 --resume"
    stop_at(0)
    done = CliRunner().invoke(command, ["runs/net/1", "--resume"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "  goes on    after step 4   " in done.stderr
    assert "  run        runs/net/1" in done.stderr
