from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from neuroscript.contracts import create_logger
from neuroscript.contracts.logger.console import ConsoleLogger
from neuroscript.contracts.logger.csv import CsvLogger


def trainer(folder: Path, epoch: int = 1) -> Any:
    """As much of a Trainer as a logger looks at."""
    return SimpleNamespace(
        default_root_dir=str(folder),
        fit_loop=SimpleNamespace(
            epoch_progress=SimpleNamespace(current=SimpleNamespace(ready=epoch))
        ),
        progress_bar_callback=None,
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def started(logger: Any, given: Any) -> Any:
    logger.setup(given, None, "fit")
    return logger


def test_the_console_shows_one_line_per_step(capsys: pytest.CaptureFixture[str]) -> None:
    logger = started(create_logger("console"), trainer(Path(), epoch=3))
    logger.log_metrics(300, {"loss": 0.0123456, "accuracy": 1.0}, "val")
    assert capsys.readouterr() == (
        "",
        "epoch 3   step 300   val loss 0.01235   val accuracy 1\n",
    )
    logger.log_metrics(400, {"loss": 2.0}, "test")
    assert capsys.readouterr().err == "step 400   test loss 2\n"


def test_the_console_writes_above_a_progress_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    given = trainer(Path())
    given.progress_bar_callback = SimpleNamespace(print=shown.append)
    logger = started(ConsoleLogger(), given)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    logger.log_metrics(1, {"loss": 2.0}, "train")
    assert shown == ["epoch 1   step 1   train loss 2"]
    assert capsys.readouterr().err == ""


def test_csv_has_a_line_per_step_with_both_phases(tmp_path: Path) -> None:
    logger = started(create_logger("csv"), trainer(tmp_path, epoch=4))
    logger.log_metrics(100, {"loss": 0.5, "accuracy": 0.75}, "train")
    logger.log_metrics(100, {"loss": 0.25, "accuracy": 1.0}, "val")
    logger.log_metrics(200, {"loss": 0.125}, "train")
    logger.log_metrics(200, {"loss": 0.0625}, "test")
    logger.finish()
    lines = (tmp_path / "metrics.csv").read_text().splitlines()
    assert lines == [
        "epoch,step,train_loss,val_loss,train_accuracy,val_accuracy,test_loss",
        "4,100,0.5,0.25,0.75,1.0,",
        "4,200,0.125,,,,0.0625",
    ]


def test_csv_is_on_disk_before_the_end(tmp_path: Path) -> None:
    logger = started(CsvLogger(), trainer(tmp_path))
    for step in (1, 2, 3):
        logger.log_metrics(step, {"loss": 1.0}, "train")
    assert [row["step"] for row in rows(tmp_path / "metrics.csv")] == ["1", "2"]


def test_csv_goes_on_where_a_checkpoint_was_taken(tmp_path: Path) -> None:
    first = started(CsvLogger(), trainer(tmp_path))
    for step in (1, 2, 3):
        first.log_metrics(step, {"loss": 1.0, "mae": 0.5}, "train")
    state = first.state_dict()
    first.log_metrics(3, {"loss": 9.0}, "val")
    first.log_metrics(4, {"loss": 9.0, "late": 9.0}, "val")
    first.finish()
    for _ in range(2):
        second = started(CsvLogger(), trainer(tmp_path))
        second.load_state_dict(state)
        second.log_metrics(4, {"loss": 2.0}, "train")
        second.finish()
        assert (tmp_path / "metrics.csv").read_text().splitlines() == [
            "epoch,step,train_loss,val_loss,train_mae",
            "1,1,1.0,,0.5",
            "1,2,1.0,,0.5",
            "1,3,1.0,,0.5",
            "1,4,2.0,,",
        ]


def test_csv_holds_back_what_a_full_disk_does_not_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = started(CsvLogger(), trainer(tmp_path))
    logger.log_metrics(1, {"loss": 1.0}, "train")
    with monkeypatch.context() as full:
        full.setattr(Path, "open", _no_room)
        for step in (2, 3):
            logger.log_metrics(step, {"loss": 1.0, "mae": 1.0}, "train")
    logger.log_metrics(4, {"loss": 1.0}, "train")
    logger.finish()
    assert [row["step"] for row in rows(tmp_path / "metrics.csv")] == ["1", "2", "3", "4"]


def _no_room(*_: Any, **__: Any) -> Any:
    raise OSError(28, "No space left on device")


def test_csv_of_another_run_is_left_alone(tmp_path: Path) -> None:
    for loss in (1.0, 2.0, 3.0):
        logger = started(CsvLogger(), trainer(tmp_path))
        logger.log_metrics(1, {"loss": loss}, "train")
        logger.finish()
    names = ["metrics.csv", "metrics-2.csv", "metrics-3.csv"]
    assert [rows(tmp_path / name)[0]["train_loss"] for name in names] == ["1.0", "2.0", "3.0"]


def test_csv_may_lie_elsewhere(tmp_path: Path) -> None:
    logger = create_logger({"name": "csv", "dir": str(tmp_path / "a" / "b")})
    logger.log_metrics(1, {"loss": 1.0}, "train")  # type: ignore[attr-defined]
    logger.finish()  # type: ignore[attr-defined]
    assert (tmp_path / "a" / "b" / "metrics.csv").exists()


def test_loggers_are_callbacks_that_lightning_takes(tmp_path: Path) -> None:
    from lightning import LightningModule, Trainer
    from lightning.pytorch.callbacks import Callback

    logger = create_logger("csv")
    assert isinstance(logger, Callback)
    given = Trainer(default_root_dir=tmp_path, logger=False, accelerator="cpu", callbacks=[logger])
    logger.setup(given, LightningModule(), "fit")
    assert logger.trainer is given  # type: ignore[attr-defined]


def test_only_loggers_import_lightning() -> None:
    code = (
        "import sys\n"
        "from neuroscript.contracts import create_loss, create_checkpoint, LossContract\n"
        "create_loss('mse'); create_checkpoint('torch')\n"
        "print('lightning' in sys.modules)\n"
        "from neuroscript.contracts import LoggerContract\n"
        "print('lightning' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]
