"""Loggers for services that others make, each in the folder of its run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from neuroscript.config import load_config
from neuroscript.contracts import ContractError, create_logger
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit

NEURON = """\
neuron Line:
    in: [batch, 1]
    out: [batch, 1]
    graph: in -> Linear(1, 1) -> out
"""
SAID_ELSEWHERE = """
    WANDB_CACHE_DIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME MLFLOW_TRACKING_URI
"""
"""Variables by which a user says where things go."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder to find traces in, and a working directory."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in SAID_ELSEWHERE.split():
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return folder


def config(logger: Any) -> dict[str, Any]:
    Path("line.ns").write_text(NEURON)
    rows = [json.dumps({"input": [float(i)], "target": [2.0 * i]}) for i in range(4)]
    Path("line.jsonl").write_text("\n".join(rows))
    training = {"epochs": 4, "log_every": 2, "logger": logger}
    return {
        "model": {"file": "line.ns"},
        "data": {"train": "line.jsonl", "batch_size": 2},
        "training": training,
        "run": {"name": "line"},
    }


def started(logger: Any, folder: Path) -> Any:
    """A logger as a Trainer that writes to `folder` sets it up."""
    logger.setup(SimpleNamespace(default_root_dir=str(folder)), None, "fit")
    return logger


def test_a_run_in_tensorboard(home: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    runner = fit(config("tensorboard"))
    seen = EventAccumulator(str(runner.run_dir / "tensorboard"))
    seen.Reload()
    steps = [event.step for event in seen.Scalars("train_loss")]
    assert steps == [2, 4, 6, 8]
    assert seen.Scalars("train_loss")[-1].value == pytest.approx(runner.metrics["train_loss"])
    assert "Linear" in seen.Tensors("model/text_summary")[0].tensor_proto.string_val[0].decode()
    settings = yaml.safe_load((runner.run_dir / "tensorboard/hparams.yaml").read_text())
    assert (settings["lr"], settings["loss"]) == (0.001, "mse")
    assert settings["config"]["data"]["batch_size"] == 2
    assert sorted(p.name for p in Path().iterdir()) == ["line.jsonl", "line.ns", "runs"]


def test_tensorboard_in_a_folder_of_several_runs(tmp_path: Path) -> None:
    logger = create_logger({"name": "tensorboard", "dir": str(tmp_path / "boards")})
    started(logger, tmp_path / "runs/line/7").log_metrics(1, {"loss": 1.0}, "train")
    logger.finish()  # type: ignore[attr-defined]
    (written,) = (tmp_path / "boards").rglob("events.*")
    assert written.parent == tmp_path / "boards/line/7"


def test_a_run_in_mlflow(home: Path) -> None:
    from mlflow.tracking import MlflowClient

    runner = fit(config({"name": "mlflow", "experiment": "lines", "tags": {"by": "test"}}))
    client = MlflowClient((runner.run_dir / "mlruns").resolve().as_uri())
    experiment = client.get_experiment_by_name("lines")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status) == ("line/1", "FINISHED")
    assert run.data.params["lr"] == "0.001"
    assert run.data.params["config/training/epochs"] == "4"
    assert run.data.tags["by"] == "test"
    history = client.get_metric_history(run.info.run_id, "train_loss")
    assert [metric.step for metric in history] == [2, 4, 6, 8]
    artifacts = runner.run_dir / "mlruns" / experiment.experiment_id / run.info.run_id / "artifacts"
    assert "Linear" in (artifacts / "model.txt").read_text()
    assert not list(home.rglob("*mlflow*"))
    assert sorted(p.name for p in Path().iterdir()) == ["line.jsonl", "line.ns", "runs"]


def test_each_run_of_a_process_has_its_mlflow_in_its_own_folder(home: Path) -> None:
    for number in (1, 2):
        logger = started(create_logger("mlflow"), Path(f"runs/line/{number}"))
        logger.log_metrics(1, {"loss": 1.0}, "train")
        logger.finish()
        assert Path(f"runs/line/{number}/mlruns").is_dir()
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_mlflow_goes_on_with_its_run_and_says_that_it_failed(home: Path) -> None:
    from mlflow.tracking import MlflowClient

    logger = started(create_logger({"name": "mlflow", "dir": "shared"}), Path("runs/line/2"))
    logger.log_metrics(1, {"loss": 1.0}, "train")
    try:
        raise RuntimeError("interrupted")
    except RuntimeError:
        logger.finish()
    client = MlflowClient(Path("shared").resolve().as_uri())
    assert client.get_run(logger.run_id).info.status == "FAILED"
    logger.log_metrics(1, {"loss": 2.0}, "test")
    logger.finish()
    run = client.get_run(logger.run_id)
    assert (run.info.status, run.data.metrics) == (
        "FINISHED",
        {"train_loss": 1.0, "test_loss": 2.0},
    )
    assert not Path("runs").exists()


def test_a_run_in_weights_and_biases_offline(home: Path) -> None:
    import wandb

    logger = {"name": "wandb", "offline": True, "project": "lines", "tags": ["short"]}
    runner = fit(config(logger))
    wandb.teardown()  # ends its process, which writes the file
    (folder,) = (runner.run_dir / "wandb").glob("offline-run-*")
    (file,) = folder.glob("run-*.wandb")
    held = file.read_bytes()
    for said in (b"lines", b"line/1", b"short", b"train_loss", b"Linear(in_features=1", b"0.001"):
        assert said in held
    assert f"{runner.metrics['train_mae']:.6}".encode() in held
    assert [path for path in home.rglob("*") if path.is_file()] == []
    assert sorted(p.name for p in Path().iterdir()) == ["line.jsonl", "line.ns", "runs"]


def test_weights_and_biases_without_a_login(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told at the config's line, before the first step."""
    import wandb

    def refuse(**_: Any) -> None:
        raise wandb.errors.UsageError("No API key configured. Use `wandb login` to log in.")

    monkeypatch.setattr(wandb, "init", refuse)
    Path("config.yml").write_text(yaml.safe_dump(config("wandb")))
    with pytest.raises(NeuroScriptError) as raised:
        fit("config.yml")
    (told,) = raised.value.diagnostics
    assert (told.code, told.span.text, told.file) == ("NR113", "wandb", "config.yml")
    assert told.message.startswith("logger `wandb` cannot start: No API key configured")
    assert "offline: true" in str(told.help)


@pytest.mark.parametrize("name", ["tensorboard", "wandb", "mlflow"])
def test_one_whose_package_is_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    given = load_config({"training": {"logger": ["csv", name]}})
    with pytest.raises(NeuroScriptError) as raised:
        create_logger(name, where=given.at("training.logger.1"))
    (missing,) = raised.value.diagnostics
    assert (missing.code, missing.span.text) == ("NR150", name)
    assert missing.help == f'pip install "neuroscript[{name}]"'


@pytest.mark.parametrize(
    "component",
    [
        {"name": "wandb", "watch": "everything"},
        {"name": "wandb", "tags": "short"},
        {"name": "mlflow", "experimnt": "lines"},
        {"name": "tensorboard", "dir": 3},
    ],
)
def test_options_are_those_of_the_class(component: dict[str, Any]) -> None:
    with pytest.raises(ContractError) as raised:
        create_logger(component)
    assert raised.value.diagnostics[0].code in ("NR102", "NR112")
