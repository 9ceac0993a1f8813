"""For each contract: what a plain file of the user registers takes the place of a built-in."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import torch
from torch import nn

from neuroscript.config import load_config
from neuroscript.contracts import (
    CheckpointMetadata,
    ContractError,
    create_checkpoint,
    create_dataloader,
    create_logger,
    create_loss,
    create_optimizer,
    load_plugin,
)


def plug_in(folder: Path, text: str) -> None:
    (folder / "mine.py").write_text(dedent(text), encoding="utf-8")
    config = load_config({"plugins": ["mine.py"]})
    load_plugin("mine.py", [folder], config.where("plugins.0"))


LOADER = """
    import torch
    from neuroscript_runtime.contracts import DataLoaderContract, ContractRegistry

    class MyHuggingFaceLoader(DataLoaderContract):
        def __init__(self, dataset, batch_size):
            self.dataset_name, self.batch_size = dataset, batch_size

        @classmethod
        def from_config(cls, config):
            return cls(config["dataset"], config["batch_size"])

        @classmethod
        def can_handle(cls, config):
            return "dataset" in config

        def __iter__(self):
            for _ in range(len(self)):
                yield {"input": torch.ones(self.batch_size, 2), "target": torch.ones(1)}

        def __len__(self):
            return 3

    ContractRegistry.register_dataloader("NAME", MyHuggingFaceLoader)
"""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("huggingface", {"format": "huggingface"}),
        ("huggingface", {}),
        ("jsonl", {"path": "a.jsonl"}),
    ],
)
def test_a_data_loader(tmp_path: Path, name: str, data: dict[str, str]) -> None:
    plug_in(tmp_path, LOADER.replace("NAME", name))
    loader = create_dataloader({**data, "dataset": "wikitext", "batch_size": 8, "split": "train"})
    assert type(loader).__name__ == "MyHuggingFaceLoader"
    assert vars(loader) == {"dataset_name": "wikitext", "batch_size": 8}
    batches = list(loader)
    assert len(batches) == len(loader) == 3
    assert batches[0]["input"].shape == (8, 2)


def test_a_data_loader_with_options_in_its_signature(tmp_path: Path) -> None:
    plug_in(
        tmp_path,
        """
        from neuroscript.contracts import DataLoaderContract, register_dataloader

        @register_dataloader("numbers")
        class Numbers(DataLoaderContract):
            def __init__(self, count: int, batch_size: int = 32):
                self.count, self.batch_size = count, batch_size
            def __iter__(self):
                return iter([])
            def __len__(self):
                return 0
        """,
    )
    data = {"format": "numbers", "batch_size": 4, "shuffle": True, "workers": 2}
    loader = create_dataloader({**data, "count": 7})
    assert vars(loader) == {"count": 7, "batch_size": 4}
    with pytest.raises(ContractError, match="did you mean `count`"):
        create_dataloader({**data, "cuont": 7, "count": 7})
    with pytest.raises(ContractError, match="needs the option `count`"):
        create_dataloader(data)


def test_datasets_and_data_modules_of_the_ecosystem(tmp_path: Path) -> None:
    plug_in(
        tmp_path,
        """
        import torch
        from lightning import LightningDataModule
        from torch.utils.data import DataLoader, Dataset, IterableDataset
        from neuroscript.contracts import register_dataloader

        @register_dataloader("squares")
        class Squares(Dataset):
            def __init__(self, count: int):
                self.count = count
            def __len__(self):
                return self.count
            def __getitem__(self, i):
                return torch.tensor([float(i)]), torch.tensor([float(i * i)])

        @register_dataloader("stream")
        class Stream(IterableDataset):
            def __iter__(self):
                return iter([{"input": torch.ones(1)}] * 4)

        @register_dataloader("module")
        class Module(LightningDataModule):
            def train_dataloader(self):
                return DataLoader(Squares(4), batch_size=4)
            def val_dataloader(self):
                return DataLoader(Squares(2), batch_size=2)
        """,
    )
    data = {"batch_size": 2, "seed": 1}
    squares = create_dataloader({**data, "format": "squares", "count": 5})
    batches = list(squares)
    assert len(squares) == len(batches) == 3
    inputs = torch.cat([batch["input"] for batch in batches])
    targets = torch.cat([batch["target"] for batch in batches])
    assert sorted(inputs.flatten().tolist()) == [0, 1, 2, 3, 4]
    assert torch.equal(inputs**2, targets)
    again = create_dataloader({**data, "format": "squares", "count": 5})
    assert torch.equal(torch.cat([batch["input"] for batch in again]), inputs)
    stream = list(create_dataloader({**data, "format": "stream"}))
    assert [batch["input"].shape for batch in stream] == [(2, 1), (2, 1)]
    for split, samples in (("train", 4), ("val", 2)):
        (batch,) = create_dataloader({**data, "format": "module", "split": split})
        assert batch["target"].shape == (samples, 1)


def test_a_loss(tmp_path: Path) -> None:
    plug_in(
        tmp_path,
        """
        from neuroscript.contracts import LossContract, register_loss

        @register_loss("mse")
        class Mine(LossContract):
            def __init__(self, power: float = 4.0):
                self.power = power
            def compute(self, predictions, targets):
                return (predictions - targets).pow(self.power).mean()
        """,
    )
    loss = create_loss({"name": "mse", "power": 3})
    assert float(loss.compute(torch.tensor([2.0]), torch.tensor([0.0]))) == 8.0


def test_an_optimizer(tmp_path: Path) -> None:
    plug_in(
        tmp_path,
        """
        import torch
        from neuroscript.contracts import OptimizerContract, register_optimizer

        @register_optimizer("adam")
        class Mine(OptimizerContract):
            @classmethod
            def from_config(cls, model, optimizer_type, lr, **options):
                assert optimizer_type == "adam"
                return torch.optim.SGD(model.parameters(), lr=lr, **options)
        """,
    )
    optimizer = create_optimizer({"name": "adam", "momentum": 0.5}, nn.Linear(2, 1), 0.1)
    assert isinstance(optimizer, torch.optim.SGD)
    assert (optimizer.defaults["lr"], optimizer.defaults["momentum"]) == (0.1, 0.5)


def test_a_checkpoint_format(tmp_path: Path) -> None:
    plug_in(
        tmp_path,
        """
        import json
        from neuroscript.contracts import CheckpointContract, CheckpointMetadata
        from neuroscript.contracts import register_checkpoint

        @register_checkpoint("torch")
        class Mine(CheckpointContract):
            suffix = ".json"
            def __init__(self, indent: int = 0):
                self.indent = indent
            def save(self, path, model, optimizer, metadata):
                state = {name: t.tolist() for name, t in model.state_dict().items()}
                path.write_text(json.dumps({"step": metadata.step, "state": state}))
            def load(self, path, model, optimizer=None):
                import torch
                saved = json.loads(path.read_text())
                model.load_state_dict({n: torch.tensor(v) for n, v in saved["state"].items()})
                return CheckpointMetadata(step=saved["step"])
        """,
    )
    checkpoint = create_checkpoint({"name": "torch", "indent": 2})
    saved, loaded = nn.Linear(2, 1), nn.Linear(2, 1)
    checkpoint.save(tmp_path / "a.json", saved, None, CheckpointMetadata(step=5))
    assert checkpoint.load(tmp_path / "a.json", loaded).step == 5
    assert torch.equal(saved.weight, loaded.weight)
    assert checkpoint.list_checkpoints(tmp_path) == [tmp_path / "a.json"]


def test_a_logger(tmp_path: Path) -> None:
    plug_in(
        tmp_path,
        """
        from neuroscript.contracts import LoggerContract, register_logger

        @register_logger("console")
        class Mine(LoggerContract):
            def __init__(self, prefix: str = ""):
                self.prefix, self.lines = prefix, []
            def log_metrics(self, step, metrics, phase):
                self.lines.append((self.prefix, step, metrics, phase))
        """,
    )
    logger = create_logger({"name": "console", "prefix": "run"})
    logger.log_metrics(1, {"loss": 0.5}, "train")  # type: ignore[attr-defined]
    assert logger.lines == [("run", 1, {"loss": 0.5}, "train")]  # type: ignore[attr-defined]


def test_loggers_and_callbacks_of_lightning(tmp_path: Path) -> None:
    plug_in(
        tmp_path,
        """
        from lightning.pytorch.callbacks import Timer
        from lightning.pytorch.loggers import CSVLogger
        from neuroscript.contracts import register_logger

        register_logger("lightning_csv", CSVLogger)
        register_logger("timer", Timer)
        """,
    )
    logger = create_logger({"name": "lightning_csv", "save_dir": str(tmp_path / "logs")})
    logger.log_metrics(1, {"loss": 0.5}, "val")  # type: ignore[attr-defined]
    logger.finish()  # type: ignore[attr-defined]
    (written,) = (tmp_path / "logs").rglob("metrics.csv")
    assert "val_loss" in written.read_text()
    assert type(create_logger("timer")).__name__ == "Timer"
