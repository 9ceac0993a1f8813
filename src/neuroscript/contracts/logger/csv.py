"""Numbers in a table, one line for each step that is logged."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from neuroscript.contracts.logger import LoggerContract
from neuroscript.contracts.registry import register_logger

FIRST_COLUMNS = ["epoch", "step", "train_loss", "val_loss"]


@register_logger("csv", replace=False)
class CsvLogger(LoggerContract):
    """`metrics.csv` with the columns epoch, step, train_loss, val_loss and `<phase>_<metric>`.

    Epochs and steps count from 1. The file lies in `dir`, by default the run's directory. What is
    logged for one step, training and validation, shares a line. A resumed run goes on in its file,
    from the step it resumes at; a new run in the same directory leaves the file of the old one
    alone and takes `metrics-2.csv`.
    """

    def __init__(self, dir: str | None = None) -> None:  # noqa: A002 - the config's own word
        self.dir = dir
        self.path: Path | None = None
        self.columns = list(FIRST_COLUMNS)
        self.rows: list[dict[str, Any]] = []
        self.unwritten: dict[str, Any] | None = None

    def log_metrics(self, step: int, metrics: dict[str, float], phase: str) -> None:
        """Puts the numbers into the line of this step."""
        if self.path is None:
            self.path = self._begin(step)
        if self.unwritten is not None and self.unwritten["step"] != step:
            self._write()
        if self.unwritten is None:
            self.unwritten = {"epoch": self.epoch, "step": step}
        self.unwritten |= {f"{phase}_{name}": value for name, value in metrics.items()}

    def finish(self) -> None:
        """Writes the last line."""
        if self.unwritten is not None:
            self._write()

    def _begin(self, step: int) -> Path:
        """The file to write; of the file of a run that is resumed, the lines so far."""
        trainer = self.trainer
        folder = Path(self.dir or self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "metrics.csv"
        if path.exists() and trainer is not None and trainer.ckpt_path is not None:
            with path.open(newline="", encoding="utf-8") as file:
                reader = csv.DictReader(file)
                self.columns = list(reader.fieldnames or FIRST_COLUMNS)
                self.rows = [row for row in reader if int(row["step"]) < step]
        number = 2
        while path.exists() and not self.rows:
            path = folder / f"metrics-{number}.csv"
            number += 1
        self._write_all(path)
        return path

    def _write(self) -> None:
        row, self.unwritten = self.unwritten, None
        assert row is not None and self.path is not None
        self.rows.append(row)
        new = [name for name in row if name not in self.columns]
        if new:
            self.columns += new
            self._write_all(self.path)
        else:
            with self.path.open("a", newline="", encoding="utf-8") as file:
                csv.DictWriter(file, self.columns).writerow(row)

    def _write_all(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            writer.writerows(self.rows)
