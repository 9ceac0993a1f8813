"""Classes and functions that know nothing of contracts, named in a config and trained with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from neuroscript import fit
from neuroscript.contracts import ContractError, create_dataloader
from neuroscript.diagnostics import NeuroScriptError

NEURON = """\
neuron Line:
    in: [batch, 1]
    out: [batch, 1]
    graph: in -> Linear(1, 1) -> out
"""
MINE = '''\
import torch
from lightning import LightningDataModule
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers import CSVLogger
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

X = torch.arange(8.0).unsqueeze(1) / 8


class Lines(Dataset):
    def __init__(self, slope: float, count: int = 8):
        self.slope, self.count = slope, count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        return X[i], self.slope * X[i]


class Stream(IterableDataset):
    def __iter__(self):
        return iter([{"input": x, "target": 2 * x} for x in X])


class Module(LightningDataModule):
    prepared = 0

    def prepare_data(self):
        Module.prepared += 1

    def setup(self, stage):
        self.data = TensorDataset(X, 2 * X)

    def train_dataloader(self):
        return DataLoader(self.data, batch_size=4)

    def val_dataloader(self):
        return DataLoader(self.data, batch_size=8)


def lines(slope: float, split: str):
    """A function that makes a Dataset; it may ask for what every loader is told."""
    return TensorDataset(X, slope * X) if split == "train" else TensorDataset(X[:2], X[:2])


def batches():
    return DataLoader(TensorDataset(X, X), batch_size=2)


def nothing():
    return {"input": X}


dataset = TensorDataset(X, 2 * X)
mae = nn.L1Loss()


class Pinball(nn.Module):
    def __init__(self, quantile: float = 0.5):
        super().__init__()
        self.register_buffer("quantile", torch.tensor(quantile))

    def forward(self, predictions, targets):
        gap = targets - predictions
        return torch.maximum(self.quantile * gap, (self.quantile - 1) * gap).mean()


def fourth_power(predictions, targets):
    return (predictions - targets).pow(4).mean()


class Halving(torch.optim.SGD):
    def __init__(self, params, lr, factor: float = 0.5):
        super().__init__(params, lr=lr * factor)


class Counter(Callback):
    steps = 0

    def __init__(self, by: int = 1):
        self.by = by

    def on_train_batch_end(self, *args):
        Counter.steps += self.by


counter = Counter(by=10)
table = CSVLogger("tables")
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE)
    Path("line.ns").write_text(NEURON)
    return tmp_path


def run(data: dict[str, Any], **training: Any) -> Any:
    return fit(
        {
            "model": {"file": "line.ns"},
            "data": {"batch_size": 4, **data},
            "training": {"epochs": 2, "logger": [], **training},
        }
    )


LINES = {"format": "./mine.py:Lines", "slope": 2.0}


@pytest.mark.parametrize(
    ("data", "steps", "validated"),
    [
        (LINES, 4, False),
        ({**LINES, "val": 0.25}, 4, True),
        ({"format": "./mine.py:Stream"}, 4, False),
        ({"format": "./mine.py:Module"}, 4, True),
        ({"format": "./mine.py:lines", "slope": 2.0, "val": "anything"}, 4, True),
        ({"format": "./mine.py:batches"}, 8, False),
        ({"format": "./mine.py:dataset"}, 4, False),
    ],
)
def test_data(data: dict[str, Any], steps: int, validated: bool) -> None:
    runner = run(data)
    assert runner.trainer.global_step == steps
    assert ("val_loss" in runner.metrics) == validated


def test_a_data_module_is_made_once_for_all_its_splits() -> None:
    runner = run({"format": "./mine.py:Module"})
    train, val = runner.datamodule.data.train, runner.datamodule.data.val
    assert train.module is val.module
    assert type(train.module).prepared == 1
    assert runner.datamodule.data.test is None


@pytest.mark.parametrize(
    "loss",
    ["./mine.py:Pinball", {"name": "./mine.py:Pinball", "quantile": 0.9},
     "./mine.py:fourth_power", "./mine.py:mae"],
)  # fmt: skip
def test_a_loss(loss: Any) -> None:
    assert run(LINES, loss=loss).metrics["train_loss"] > 0


def test_an_optimizer() -> None:
    runner = run(LINES, lr=0.5, optimizer={"name": "./mine.py:Halving", "factor": 0.25})
    (optimizer,) = runner.trainer.optimizers
    assert optimizer.param_groups[0]["lr"] == 0.125


def test_loggers_and_callbacks() -> None:
    loggers = ["./mine.py:table", {"name": "./mine.py:Counter", "by": 2}, "./mine.py:counter"]
    runner = run(LINES, logger=loggers, log_every=2)
    (written,) = Path("tables").rglob("metrics.csv")
    assert "train_loss" in written.read_text()
    counting = [c for c in runner.trainer.callbacks if type(c).__name__ == "Counter"]
    assert type(counting[0]).steps == 4 * 2 + 4 * 10


def test_the_order_of_a_dataset_is_that_of_the_seed_and_the_epoch() -> None:
    def order(epoch: int) -> list[float]:
        loader = create_dataloader({**LINES, "batch_size": 8, "seed": 3})
        loader.set_epoch(epoch)  # type: ignore[attr-defined]
        return next(iter(loader))["input"].flatten().tolist()

    assert order(0) == order(0) != order(1)
    assert sorted(order(0)) == sorted(order(1))


def test_a_part_of_a_dataset_is_chosen_by_the_seed() -> None:
    def held_out(seed: int) -> list[float]:
        loader = create_dataloader({**LINES, "batch_size": 8})
        kept, held = loader.split(0.25, seed)  # type: ignore[attr-defined]
        first, second = (next(iter(part))["input"].flatten().tolist() for part in (kept, held))
        assert sorted(first + second) == [i / 8 for i in range(8)]
        return second

    assert held_out(1) == held_out(1) != held_out(2)
    assert len(held_out(1)) == 2


def refused(*arguments: Any, **training: Any) -> list[str]:
    with pytest.raises(NeuroScriptError) as raised:
        run(*arguments, **training)
    return [told.message for told in raised.value.diagnostics]


def test_what_is_no_data() -> None:
    assert refused({"format": "./mine.py:nothing"}) == [
        "`./mine.py:nothing` is a function that returns an object of type dict, "
        "which cannot serve as a data loader"
    ]
    assert refused({"format": "./mine.py:Pinball"}) == [
        "`./mine.py:Pinball` is a class (Module), which cannot serve as a data loader"
    ]
    assert refused({"format": "./mine.py:Stream", "val": 0.5}) == [
        "val data cannot be a part of the training data: "
        "TorchLoader has no method `split(fraction, seed)`"
    ]
    assert refused({**LINES, "slpoe": 1.0}) == [
        "data loader `./mine.py:Lines` has no option `slpoe`"
    ]


LOADER = """
from neuroscript.contracts import DataLoaderContract


class Squares(DataLoaderContract):
    kept = None

    @classmethod
    def from_config(cls, config):
        made = cls()
        made.samples, made.noise = config["samples"], config.get("noise", 0.0)
        made.kept = config if config.get("keep") else None
        return made

    def __iter__(self):
        return iter([])

    def __len__(self):
        return 0
"""


def test_a_key_that_a_loader_of_ones_own_never_looks_at_is_refused() -> None:
    Path("squares.py").write_text(LOADER)
    data = {"format": "./squares.py:Squares", "samples": 3, "batch_size": 4}
    assert create_dataloader({**data, "noise": 0.1}).samples == 3  # type: ignore[attr-defined]
    with pytest.raises(ContractError) as raised:
        create_dataloader({**data, "nosie": 0.1})
    (told,) = raised.value.diagnostics
    assert told.message == "data loader `./squares.py:Squares` has no option `nosie`"
    assert told.help == "did you mean `noise`?"
    kept = create_dataloader({**data, "keep": True, "later": 1})
    assert kept.kept["later"] == 1  # type: ignore[attr-defined]


def test_a_loader_may_take_data_that_name_neither_files_nor_a_format() -> None:
    Path("squares.py").write_text(
        LOADER
        + """
    @classmethod
    def can_handle(cls, config):
        return "samples" in config

    def __iter__(self):
        import torch

        yield {"input": torch.ones(self.samples, 1), "target": torch.ones(self.samples, 1)}

    def __len__(self):
        return 1


from neuroscript.contracts import register_dataloader

register_dataloader("squares", Squares)
"""
    )
    config = {
        "model": {"file": "line.ns"},
        "data": {"samples": 3},
        "training": {"epochs": 2, "logger": []},
        "plugins": ["squares.py"],
    }
    assert fit(config).trainer.global_step == 2
    with pytest.raises(NeuroScriptError, match=r"`data\.train` is missing"):
        fit({**config, "data": {"noise": 3}})
