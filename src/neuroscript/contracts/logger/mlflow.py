"""Runs in MLflow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroscript.contracts.logger.over_lightning import RunLogger
from neuroscript.contracts.registry import register_logger
from neuroscript.extras import needs

if TYPE_CHECKING:
    from lightning.pytorch.loggers import MLFlowLogger
    from torch import nn

URI = "MLFLOW_TRACKING_URI"
"""The variable by which a user says where runs go."""


@register_logger("mlflow", replace=False)
class MLflow(RunLogger):
    """A run of `experiment`, called `name`, by default as the run's folder is: `digits/3`.

    `uri` is a tracking server or a database, by default MLFLOW_TRACKING_URI. Without any, MLflow's
    files lie in the directory `dir`, by default `mlruns/` of the run's folder.
    """

    called = "mlflow"

    def __init__(
        self,
        experiment: str = "neuroscript",
        name: str | None = None,
        uri: str | None = None,
        tags: dict[str, str] | None = None,
        dir: str | None = None,  # noqa: A002 - the config's own word
    ) -> None:
        super().__init__()
        # It would otherwise report to its makers, and keep a file about that in the home folder.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        needs("mlflow", extra="mlflow", what="the logger `mlflow`")
        self.experiment = experiment
        self.name = name
        self.uri = uri or os.environ.get(URI)
        self.tags = tags
        self.dir = dir
        self.run_id: str | None = None

    def start(self) -> MLFlowLogger:
        """Begins the run, or goes on with it."""
        from lightning.pytorch.loggers import MLFlowLogger

        uri = self.uri
        if uri is None:
            # A directory needs no database; MLflow wants to be told that this is meant.
            os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
            uri = Path(self.dir or self.folder / "mlruns").resolve().as_uri()
        made = MLFlowLogger(
            self.experiment,
            self.name or self.run_name,
            uri,
            tags=dict(self.tags or {}),
            run_id=self.run_id,
        )
        said = os.environ.get(URI)
        self.run_id = made.run_id  # starts the run, and leaves its place in the environment
        if said is None:
            os.environ.pop(URI, None)
        else:
            os.environ[URI] = said
        return made

    def log_model(self, model: nn.Module) -> None:
        """Keeps the layers of the model as `model.txt`."""
        client: Any = self.logger.experiment  # type: ignore[attr-defined]
        client.log_text(self.run_id, f"{model}\n", "model.txt")

    def advice(self, error: Exception) -> str | None:
        """Another place to write to."""
        return "is `uri` right, and the server there? without one, `dir` is a local directory"
