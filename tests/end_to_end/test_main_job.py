"""The story of the README, word for word, in an empty directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import lightning
import pytest
import torch

NEUROSCRIPT = ("-c", "from neuroscript.cli import main; main()")
"""What the console script `neuroscript` runs."""

NEURON = """\
neuron XOR:
    in: [batch, 2]
    out: [batch, 1]
    graph:
        in ->
            Linear(2, 4)
            ReLU()
            Linear(4, 1)
            Sigmoid()
            out
"""
SAMPLES = """\
{"input": [0.0, 0.0], "target": [0.0]}
{"input": [0.0, 1.0], "target": [1.0]}
{"input": [1.0, 0.0], "target": [1.0]}
{"input": [1.0, 1.0], "target": [0.0]}
"""
CONFIG = """\
model: {neuron: XOR, file: examples/01-xor.ns}
data: {train: examples/data/xor_train.jsonl}
training: {epochs: 1000, lr: 0.01}
"""
INPUTS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = torch.tensor([[0.0], [1.0], [1.0], [0.0]])


@pytest.fixture
def job(tmp_path, monkeypatch):
    """An empty directory with the three files of the story."""
    (tmp_path / "examples/data").mkdir(parents=True)
    (tmp_path / "examples/01-xor.ns").write_text(NEURON)
    (tmp_path / "examples/data/xor_train.jsonl").write_text(SAMPLES)
    (tmp_path / "xor_config.yml").write_text(CONFIG)
    (tmp_path / "config.yml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def process(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, **options
    )


def separates(answers):
    """Whether all four answers are on the right side by more than 0.35."""
    return bool(((answers - 0.5) * (TARGETS - 0.5).sign() > 0.35).all())


def test_both_commands_train_it_and_say_what_was_inferred_and_why(job):
    from neuroscript import load_run

    commands = [
        (*NEUROSCRIPT, "fit", "xor_config.yml"),
        ("-m", "neuroscript_runtime.runner", "train", "--config", "xor_config.yml"),
    ]
    for number, command in enumerate(commands, 1):
        done = process(*command)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        lines = done.stderr.splitlines()
        assert lines[:6] == [
            "  neuron     XOR   examples/01-xor.ns   [batch, 2] -> [batch, 1]   17 parameters",
            "  data       examples/data/xor_train.jsonl   jsonl   4 samples"
            "   input float[2]   target float[1]",
            "  task       regression     output [batch, 1] with float targets",
            "  loss       mse            from task",
            "  metrics    mae, r2        from task",
            "  optimizer  adam lr 0.01   default",
        ]
        assert sum(line.startswith("epoch ") for line in lines) == 10
        assert f"runs/xor_config/{number}" in done.stderr
        runner = load_run(f"runs/xor_config/{number}")
        assert runner.metrics["train_loss"] < 0.01
        assert separates(runner.infer(INPUTS))


def test_the_compiled_file_trains_from_python_and_in_a_plain_lightning_script(job):
    from click.testing import CliRunner

    from neuroscript.cli import group
    from neuroscript.training.chatter import hushed
    from neuroscript_runtime.runner_v2 import train_from_config

    arguments = ["compile", "examples/01-xor.ns", "-o", "xor_model.py"]
    assert CliRunner().invoke(group, arguments).exit_code == 0
    sys.path.insert(0, str(job))
    try:
        from xor_model import XOR, XORModule

        torch.manual_seed(42)
        model = XOR()
        runner = train_from_config(model, "config.yml")
        result = runner.infer(torch.tensor([[1.0, 0.0]]))
        assert runner.model is model
        assert abs(result.item() - 1) < 0.1

        class Data(lightning.LightningDataModule):
            def train_dataloader(self):
                return torch.utils.data.DataLoader(
                    torch.utils.data.TensorDataset(INPUTS, TARGETS), batch_size=4
                )

        lightning.seed_everything(42, verbose=False)
        module = XORModule(lr=0.01)
        arguments = {"logger": False, "enable_progress_bar": False, "enable_checkpointing": False}
        with hushed():
            lightning.Trainer(max_epochs=1000, **arguments).fit(module, Data())
        assert separates(module(INPUTS))
    finally:
        sys.path.remove(str(job))
        sys.modules.pop("xor_model", None)


def test_a_loader_registered_by_the_users_own_file_is_chosen_by_its_format(job):
    from neuroscript import train_from_config
    from neuroscript_runtime.contracts import ContractRegistry, DataLoaderContract

    class MyHuggingFaceLoader(DataLoaderContract):
        def __init__(self, dataset):
            self.name = dataset

        def __iter__(self):
            assert self.name == "wikitext"
            yield {"input": INPUTS, "target": TARGETS}

        def __len__(self):
            return 1

        @classmethod
        def from_config(cls, config):
            return cls(config["dataset"])

        @classmethod
        def can_handle(cls, config):
            return "dataset" in config

    ContractRegistry.register_dataloader("my_huggingface", MyHuggingFaceLoader)
    config = {
        "model": {"file": "examples/01-xor.ns"},
        "data": {"format": "my_huggingface", "dataset": "wikitext"},
        "training": {"epochs": 3},
    }
    assert train_from_config(None, config).trainer.global_step == 3


@pytest.mark.skipif(os.name != "posix", reason="signals of another kind")
def test_ctrl_c_saves_a_checkpoint_and_ends_with_130(job):
    from neuroscript import load_run

    command = [*NEUROSCRIPT, "fit", "xor_config.yml", "training.epochs=1000000"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, *command], text=True, **pipes) as running:
        try:
            seen = []
            while not any(line.startswith("epoch ") for line in seen):
                seen.append(running.stderr.readline())
                assert running.poll() is None, "".join(seen)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=60)
        finally:
            running.kill()
    assert (running.returncode, out) == (130, "")
    assert "interrupted after step" in err
    assert "Traceback" not in err
    assert load_run("runs/xor_config/1").metrics["train_loss"] < 1


def test_a_mistake_ends_with_its_exit_code_and_no_traceback(job):
    (job / "xor_config.yml").write_text(CONFIG.replace("epochs", "epoch"))
    done = process(*NEUROSCRIPT, "fit", "xor_config.yml")
    assert done.returncode == 2
    assert "did you mean `epochs`?" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 12
