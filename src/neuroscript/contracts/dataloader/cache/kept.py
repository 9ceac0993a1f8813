"""A table as the files of a folder, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.mapped import Mapped
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.contracts.dataloader.damage import Skipped
from neuroscript.contracts.dataloader.tokenizers import tokenizer_from_data

TABLE = "table.json"
"""What is written last: a folder without it is not whole."""


def keep(table: Table, folder: Path, files: list[list[Any]]) -> None:
    """Writes a table; columns that are files of the folder already stay as they are."""
    told = {
        "files": files,
        "inputs": {port: _kept(column, folder) for port, column in table.inputs.items()},
        "targets": {port: _kept(column, folder) for port, column in table.targets.items()},
        "class_names": table.class_names,
        "origins": [{**asdict(origin), "file": str(origin.file)} for origin in table.origins],
        "ignored": table.ignored,
        "target_name": table.target_name,
        "tokenizers": {port: made.as_data() for port, made in table.tokenizers.items()},
        "made_of": table.made_of,
        "skipped": None if table.skipped is None else asdict(table.skipped),
    }
    (folder / TABLE).write_text(json.dumps(told), encoding="utf-8")


def opened(folder: Path) -> Table:
    """The table of a folder. Raises OSError, ValueError or KeyError if anything is damaged."""
    told = json.loads((folder / TABLE).read_text(encoding="utf-8"))
    origins = (
        Origin(
            Path(origin["file"]),
            origin["first_line"],
            origin["samples"],
            tuple(origin["blank"]),
            origin["unit"],
        )
        for origin in told["origins"]
    )
    skipped = told["skipped"]
    return Table(
        inputs={port: _column(one, folder) for port, one in told["inputs"].items()},
        targets={port: _column(one, folder) for port, one in told["targets"].items()},
        class_names=told["class_names"],
        origins=tuple(origins),
        ignored=tuple(told["ignored"]),
        target_name=told["target_name"],
        tokenizers={port: tokenizer_from_data(one) for port, one in told["tokenizers"].items()},
        made_of={port: tuple(names) for port, names in told["made_of"].items()},
        skipped=None if skipped is None else Skipped(**{**skipped, "first": (*skipped["first"],)}),
    )


def _kept(column: Column, folder: Path) -> dict[str, Any]:
    if isinstance(column, Ragged):
        return {"steps": _kept(column.values, folder), "lengths": _kept(column.lengths, folder)}
    if isinstance(column, Tensor):
        path = folder / f"{len(list(folder.iterdir()))}.column"
        array = np.ascontiguousarray(column.numpy())
        path.write_bytes(array.data)
        column = Mapped(path, array.dtype.str, array.shape)
    dtype, shape = column.form
    return {"file": column.path.name, "dtype": dtype, "shape": list(shape)}


def _column(told: dict[str, Any], folder: Path) -> Column:
    if "steps" in told:
        values, lengths = _column(told["steps"], folder), _column(told["lengths"], folder)
        if isinstance(values, Ragged) or isinstance(lengths, Ragged):
            raise ValueError("sequences of sequences")
        return Ragged.from_lengths(values, torch.Tensor.clone(lengths[:]))
    path, dtype, shape = folder / told["file"], np.dtype(told["dtype"]), told["shape"]
    expected = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if path.parent != folder or path.stat().st_size != expected:
        raise ValueError(f"{path} is not whole")
    return Mapped(path, told["dtype"], shape)
