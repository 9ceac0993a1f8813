"""Runs in Weights & Biases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from neuroscript.contracts.logger.over_lightning import RunLogger
from neuroscript.contracts.registry import register_logger
from neuroscript.extras import needs

if TYPE_CHECKING:
    from lightning.pytorch.loggers import WandbLogger
    from torch import nn

STEP = "trainer/global_step"
"""What the steps are called there, as Lightning does."""


@register_logger("wandb", replace=False)
class WeightsAndBiases(RunLogger):
    """A run of `project`, called `name`, by default as the run's folder is: `digits/3`.

    With `offline` (or WANDB_MODE=offline), everything stays in `wandb/` of the run's folder,
    until `wandb sync` is called. `watch` logs gradients or parameters too, which takes time.
    """

    called = "wandb"

    def __init__(
        self,
        project: str | None = None,
        name: str | None = None,
        group: str | None = None,
        entity: str | None = None,
        tags: list[str] | None = None,
        notes: str | None = None,
        id: str | None = None,  # noqa: A002 - W&B's own word
        offline: bool = False,
        dir: str | None = None,  # noqa: A002 - the config's own word
        watch: Literal["gradients", "parameters", "all"] | None = None,
    ) -> None:
        super().__init__()
        needs("wandb", extra="wandb", what="the logger `wandb`")
        self.about: dict[str, Any] = {
            "project": project or os.environ.get("WANDB_PROJECT", "neuroscript"),
            "group": group,
            "entity": entity,
            "tags": tags,
            "notes": notes,
        }
        self.name = name
        self.id = id
        self.offline = offline
        self.dir = dir
        self.watch = watch

    def start(self) -> WandbLogger:
        """Begins the run, or goes on with it."""
        import wandb
        from lightning.pytorch.loggers import WandbLogger

        folder = str(self.dir or self.folder)
        with _cache_in(Path(folder) / "wandb/cache"):
            run = wandb.init(
                **self.about,
                name=self.name or self.run_name,
                id=self.id,
                resume=None if self.offline else "allow",
                dir=folder,
                mode="offline" if self.offline else None,
                reinit="finish_previous",
            )
        self.id = run.id
        run.define_metric(STEP)
        run.define_metric("*", step_metric=STEP, step_sync=True)
        return WandbLogger(save_dir=folder, experiment=run)

    def log_model(self, model: nn.Module) -> None:
        """Keeps the layers of the model with the settings, and watches it if asked to."""
        run: Any = self.logger.experiment  # type: ignore[attr-defined]
        run.config.update({"architecture": str(model)}, allow_val_change=True)
        if self.watch is not None:
            run.watch(model, log=self.watch)

    def finish(self) -> None:
        """Ends the run; waits until everything has been sent."""
        run: Any = self.logger.experiment if self._logger is not None else None  # type: ignore[attr-defined]
        super().finish()
        if run is not None:
            run.finish()

    def advice(self, error: Exception) -> str | None:
        """Logging in, or doing without."""
        return "log in with `wandb login`, or write `{name: wandb, offline: true}`"


@contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    """Lets a process of W&B that starts now keep its own log there, unless the user says where."""
    if "WANDB_CACHE_DIR" in os.environ:
        yield
        return
    os.environ["WANDB_CACHE_DIR"] = str(folder.resolve())
    try:
        yield
    finally:
        del os.environ["WANDB_CACHE_DIR"]
