"""Numbers in a table, one line for each step that is logged."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from neuroscript.contracts.logger import LoggerContract
from neuroscript.contracts.registry import register_logger

FIRST_COLUMNS = ["epoch", "step", "train_loss", "val_loss"]


@register_logger("csv", replace=False)
class CsvLogger(LoggerContract):
    """`metrics.csv` with the columns epoch, step, train_loss, val_loss and `<phase>_<metric>`.

    Epochs and steps count from 1. The file lies in `dir`, by default the run's directory. What is
    logged for one step, training and validation, shares a line. A run that is gone on with goes on
    in its file, from the line at which its checkpoint was taken; a new run in the same directory
    leaves the file of the old one alone and takes `metrics-2.csv`. While the disk is full, lines
    are held back.
    """

    def __init__(self, dir: str | None = None) -> None:  # noqa: A002 - the config's own word
        self.dir = dir
        self.path: Path | None = None
        self.columns = list(FIRST_COLUMNS)
        self.rows: list[dict[str, Any]] = []
        self.unwritten: dict[str, Any] | None = None
        self.behind = False
        """Whether the file lacks lines, because it could not be written."""

    @property
    def state_key(self) -> str:
        """What a checkpoint knows this logger by."""
        return f"CsvLogger {self.dir or ''}".rstrip()

    def log_metrics(self, step: int, metrics: dict[str, float], phase: str) -> None:
        """Puts the numbers into the line of this step."""
        if self.path is None:
            self.path = self._begin()
        if self.unwritten is not None and self.unwritten["step"] != step:
            self._write()
        if self.unwritten is None:
            self.unwritten = {"epoch": self.epoch, "step": step}
        self.unwritten |= {f"{phase}_{name}": value for name, value in metrics.items()}

    def finish(self) -> None:
        """Writes the last line."""
        if self.unwritten is not None:
            self._write()

    def state_dict(self) -> dict[str, Any]:
        """Which file it is, how much of it was written, and the line under way."""
        if self.path is None and getattr(self.trainer, "is_global_zero", False):
            self.path = self._begin()
        return {
            "path": None if self.path is None else str(self.path.absolute()),
            "rows": len(self.rows),
            "columns": list(self.columns),
            "unwritten": None if self.unwritten is None else dict(self.unwritten),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on where a checkpoint was taken: lines that came after it are dropped."""
        if state_dict["path"] is None:
            return
        written = Path(state_dict["path"])
        here = Path(self.dir or self.folder) / written.name
        found = next((path for path in (here, written) if path.is_file()), None)
        if found is not None:
            with found.open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))[: state_dict["rows"]]
            self.columns = list(state_dict["columns"])
            self.rows = [{name: row.get(name) for name in self.columns} for row in rows]
        self.unwritten = state_dict["unwritten"]
        self.path = here
        self._write_all()

    def _begin(self) -> Path:
        """The file to write, one that is not there yet."""
        folder = Path(self.dir or self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        path, number = folder / "metrics.csv", 2
        while path.exists():
            path = folder / f"metrics-{number}.csv"
            number += 1
        self.path = path
        self._write_all()
        return path

    def _write(self) -> None:
        row, self.unwritten = self.unwritten, None
        assert row is not None and self.path is not None
        self.rows.append(row)
        new = [name for name in row if name not in self.columns]
        self.columns += new
        if new or self.behind:
            self._write_all()
            return
        try:
            with self.path.open("a", newline="", encoding="utf-8") as file:
                csv.DictWriter(file, self.columns).writerow(row)
        except OSError:
            self.behind = True

    def _write_all(self) -> None:
        """Writes the file anew, so that there is all of the old or of the new."""
        assert self.path is not None
        fresh = self.path.with_name(f".{self.path.name}-{os.getpid()}")
        try:
            with fresh.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, self.columns)
                writer.writeheader()
                writer.writerows(self.rows)
            fresh.replace(self.path)
            self.behind = False
        except OSError:
            self.behind = True
            fresh.unlink(missing_ok=True)
