"""The generated LightningModule without a config: in scripts, command lines and subclasses."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import LightningDataModule, Trainer
from lightning.pytorch.callbacks import Callback, ModelCheckpoint
from lightning.pytorch.cli import LightningCLI
from torch.utils.data import DataLoader, TensorDataset

import neuroscript
from neuroscript.training.chatter import hushed

X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
NEURON = """\
neuron XOR(hidden=8):
    in: [batch, 2]
    out: [batch, 1]
    graph: in -> Linear(2, hidden) -> Tanh() -> Linear(hidden, 1) -> Sigmoid() -> out
"""
QUIET: dict[str, Any] = {
    "logger": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "accelerator": "cpu",
}


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`xor_model.py`, imported as in a user's script; the `.ns` file is not there any more."""
    monkeypatch.chdir(tmp_path)
    Path("xor_model.py").write_text(neuroscript.compile_source(NEURON, target="lightning"))
    monkeypatch.syspath_prepend(tmp_path)
    torch.manual_seed(7)
    yield importlib.import_module("xor_model")
    sys.modules.pop("xor_model", None)


def batches() -> DataLoader[Any]:
    return DataLoader(TensorDataset(X, Y), batch_size=4)


def trained(module: Any, data: Any = None, **settings: Any) -> Trainer:
    trainer = Trainer(**{"max_epochs": 5, "enable_checkpointing": False, **QUIET, **settings})
    with hushed():
        trainer.fit(module, batches() if data is None else data)
    return trainer


class Losses(Callback):
    """A callback that knows nothing of NeuroScript."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, *_: Any) -> None:
        self.seen.append(float(outputs["loss"]))


def test_in_a_plain_script_with_a_callback_of_ones_own(compiled: Any) -> None:
    losses = Losses()
    module = compiled.XORModule(loss="mse", lr=0.05)
    trained(module, max_epochs=300, callbacks=[losses])
    assert len(losses.seen) == 300
    assert losses.seen[-1] < 0.01 < losses.seen[0]
    assert torch.equal(module(X) > 0.5, Y > 0.5)


PAIRS = list(zip(X, Y, strict=True))
DICTS = [{"input": x, "target": y} for x, y in PAIRS]


@pytest.mark.parametrize("samples", [TensorDataset(X, Y), PAIRS, DICTS])
def test_batches_come_in_any_form(compiled: Any, samples: Any) -> None:
    module = compiled.XORModule(loss="mse", lr=0.01)
    trainer = trained(module, DataLoader(samples, batch_size=2))
    assert trainer.global_step == 10
    assert trainer.callback_metrics["train_loss"] < 1


class Data(LightningDataModule):
    """What the command line below trains on."""

    def __init__(self, batch_size: int = 4) -> None:
        super().__init__()
        self.batch_size = batch_size

    def train_dataloader(self) -> DataLoader[Any]:
        return DataLoader(TensorDataset(X, Y), batch_size=self.batch_size)


# Lightning 2.6 with jsonargparse 4.53: how one calls the other.
@pytest.mark.filterwarnings("ignore::jsonargparse._deprecated.JsonargparseDeprecationWarning")
def test_with_the_command_line_of_lightning(compiled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = [
        "fit",
        "--model.loss=huber",
        "--model.lr=0.02",
        '--model.params={"hidden": 3}',
        '--model.optimizer={"name": "adamw", "weight_decay": 0.1}',
        "--data.batch_size=2",
        "--trainer.max_epochs=3",
        *(f"--trainer.{key}={str(value).lower()}" for key, value in QUIET.items()),
        "--trainer.enable_checkpointing=false",
    ]
    monkeypatch.setattr(sys, "argv", ["train.py", *arguments])
    with hushed():
        cli = LightningCLI(
            compiled.XORModule, Data, seed_everything_default=7, save_config_callback=None
        )
    assert cli.trainer.global_step == 6
    assert cli.model.model.linear.out_features == 3
    assert cli.model.hparams["loss"] == "huber"
    (optimizer,) = cli.trainer.optimizers
    assert type(optimizer) is torch.optim.AdamW
    assert optimizer.param_groups[0]["weight_decay"] == 0.1
    assert optimizer.param_groups[0]["lr"] == 0.02


def test_a_checkpoint_is_loaded_without_the_ns_file(compiled: Any, tmp_path: Path) -> None:
    module = compiled.XORModule({"hidden": 5}, loss="mse", lr=0.05)
    keep = ModelCheckpoint(tmp_path / "kept", save_last=True)
    trained(module, max_epochs=20, callbacks=[keep], enable_checkpointing=True)
    del sys.modules["xor_model"]
    again = importlib.import_module("xor_model").XORModule.load_from_checkpoint(
        tmp_path / "kept/last.ckpt"
    )
    assert again.model.linear.out_features == 5
    assert (again.hparams["lr"], again.hparams["loss"]) == (0.05, "mse")
    assert torch.equal(again(X), module(X))
    trained(again, max_epochs=1)


def test_a_subclass_with_a_training_step_of_its_own(compiled: Any) -> None:
    class Own(compiled.XORModule):  # type: ignore[misc, name-defined]
        def training_step(self, batch: Any, batch_idx: int) -> torch.Tensor:
            x, y = batch
            loss = (self(x) - y).abs().mean()
            self.log("own_loss", loss)
            return loss

    module = Own(lr=0.05)
    trainer = trained(module, max_epochs=100)
    assert trainer.callback_metrics["own_loss"] < 0.4
    assert "train_loss" not in trainer.callback_metrics


def test_a_subclass_with_an_optimizer_of_its_own(compiled: Any) -> None:
    class Own(compiled.XORModule):  # type: ignore[misc, name-defined]
        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.SGD(self.parameters(), lr=0.5, momentum=0.9)
            return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 2)]

    trainer = trained(Own(loss="mse"))
    (optimizer,) = trainer.optimizers
    assert type(optimizer) is torch.optim.SGD
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.005)
    assert trainer.callback_metrics["train_loss"] < 1


def test_a_subclass_that_says_more_in_its_step(compiled: Any) -> None:
    class Own(compiled.XORModule):  # type: ignore[misc, name-defined]
        def training_step(self, batch: Any, batch_idx: int) -> torch.Tensor:
            penalty = sum(weight.abs().sum() for weight in self.parameters())
            loss: torch.Tensor = super().training_step(batch, batch_idx) + 0.1 * penalty
            return loss

    module = Own(loss="mse", lr=0.05)
    before = float(sum(weight.detach().abs().sum() for weight in module.parameters()))
    trainer = trained(module, max_epochs=50)
    assert float(sum(weight.detach().abs().sum() for weight in module.parameters())) < before
    assert "train_loss" in trainer.callback_metrics


def test_the_same_class_from_a_file_and_by_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xor_by_import.ns").write_text(NEURON)
    monkeypatch.syspath_prepend(tmp_path)
    neuroscript.install_import_hook()
    try:
        by_import = importlib.import_module("xor_by_import")
    finally:
        neuroscript.uninstall_import_hook()
        sys.modules.pop("xor_by_import", None)
    answers = []
    for holder in (neuroscript.load(tmp_path / "xor_by_import.ns"), by_import):
        torch.manual_seed(7)
        module = holder.XORModule(loss="mse", lr=0.01)
        trained(module)
        answers.append(module(X))
    assert torch.equal(*answers)


def test_evaluation_and_prediction(compiled: Any) -> None:
    module = compiled.XORModule(loss="mse", lr=0.05)
    trainer = trained(module, max_epochs=100)
    with hushed():
        (told,) = trainer.test(module, batches(), verbose=False)
        (answers,) = trainer.predict(module, batches())
    assert {"test_loss", "test_mae"} <= set(told)
    assert torch.equal(answers, module(X))
