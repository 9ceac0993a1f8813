"""Curves in TensorBoard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroscript.contracts.logger.over_lightning import RunLogger
from neuroscript.contracts.registry import register_logger
from neuroscript.extras import needs

if TYPE_CHECKING:
    from lightning.pytorch.loggers import TensorBoardLogger
    from torch import nn


@register_logger("tensorboard", replace=False)
class TensorBoard(RunLogger):
    """Event files in `tensorboard/` of the run's folder: `tensorboard --logdir runs` shows all.

    With `dir`, they lie there, each run under its own name. The model is shown as text.
    """

    called = "tensorboard"

    def __init__(self, dir: str | None = None) -> None:  # noqa: A002 - the config's own word
        super().__init__()
        needs("tensorboard", extra="tensorboard", what="the logger `tensorboard`")
        self.dir = dir

    def start(self) -> TensorBoardLogger:
        """Opens the event file, at `dir` or in the run's folder."""
        from lightning.pytorch.loggers import TensorBoardLogger

        place = Path(self.dir) / self.run_name if self.dir else self.folder / "tensorboard"
        return TensorBoardLogger(place.parent, "", place.name, default_hp_metric=False)

    def log_model(self, model: nn.Module) -> None:
        """Shows the layers of the model."""
        writer: Any = self.logger.experiment  # type: ignore[attr-defined]
        writer.add_text("model", "\n".join(f"    {line}" for line in str(model).splitlines()))
