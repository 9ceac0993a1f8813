"""Rows of any format that has a data loader, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from neuroscript.config import Config
from neuroscript.config.named.data_files import loader_options
from neuroscript.contracts import create_dataloader
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.contracts.dataloader.columns.errors import on_line, text_of_line, whole_file
from neuroscript.diagnostics import Span
from neuroscript.training.batch import INPUT, TARGET
from neuroscript.training.predicting.row import Row


def rows_by_loader(path: Path, config: Config, batch_size: int) -> Iterator[list[Row]]:
    """The samples of a file as its loader reads them, targets left aside."""
    settings = {
        **loader_options(config),
        "split": "predict",
        "path": str(path),
        "batch_size": batch_size,
        "shuffle": False,
        "seed": config.training.seed,
    }
    if config.data.format is not None:
        settings["format"] = config.data.format
    loader = create_dataloader(settings, where=config.at("data", "format"), folders=config.folders)
    start = 0
    for batch in loader:
        given = batch.get(INPUT, {k: v for k, v in batch.items() if k != TARGET})
        columns = given if isinstance(given, dict) else {INPUT: given}
        arrays = {name: column.numpy() for name, column in columns.items()}
        count = len(next(iter(arrays.values())))
        yield [
            Row(
                {name: array[at] for name, array in arrays.items()},
                partial(_place, loader, path, start + at),
            )
            for at in range(count)
        ]
        start += count


def _place(loader: Any, path: Path, sample: int, _keys: tuple[str, ...]) -> Span:
    if not isinstance(loader, ColumnLoader):
        return whole_file(path)
    file, line = loader.sample_line(sample)
    try:
        return on_line(file, line, text_of_line(file, line))
    except OSError:
        return whole_file(file)
