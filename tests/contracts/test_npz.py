from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from neuroscript.contracts import create_dataloader
from neuroscript.contracts.dataloader.arrays.files import arrays_in
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.npz import NpzLoader

GREY = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_x_and_y(tmp_path: Path, save: Any) -> None:
    save(tmp_path / "a.npz", x=GREY, y=np.array([0, 1, 2]))
    loader = create_dataloader({"path": str(tmp_path / "a.npz"), "shuffle": False})
    (batch,) = loader
    assert batch["input"].tolist() == GREY.tolist()
    assert batch["input"].dtype is batch["target"].dtype is torch.int64
    told = "npz   3 samples   input int[2, 2]   target int   target is column y"
    assert str(loader.describe()) == told  # type: ignore[attr-defined]


def test_arrays_that_are_not_compressed_are_mapped(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=GREY, y=np.zeros(3, np.float64))
    np.savez_compressed(tmp_path / "b.npz", x=GREY)
    assert isinstance(arrays_in(tmp_path / "a.npz")["x"](), np.memmap)
    assert not isinstance(arrays_in(tmp_path / "b.npz")["x"](), np.memmap)
    np.save(tmp_path / "c.npy", GREY)
    assert isinstance(arrays_in(tmp_path / "c.npy")["input"](), np.memmap)
    before = (tmp_path / "c.npy").read_bytes()
    NpzLoader(tmp_path / "c.npy").columns["input"].zero_()  # type: ignore[union-attr]
    assert (tmp_path / "c.npy").read_bytes() == before


@pytest.mark.parametrize(
    ("dtype", "kept"),
    [
        ("float16", torch.float32),
        (">f8", torch.float32),
        ("bool", torch.bool),
        ("int8", torch.int8),
        (">i2", torch.int16),
        ("uint16", torch.int32),
        ("uint32", torch.int64),
    ],
)
def test_types(tmp_path: Path, dtype: str, kept: torch.dtype) -> None:
    np.savez(tmp_path / "a.npz", input=np.array([[0, 1], [1, 1]]).astype(dtype))
    column = NpzLoader(tmp_path / "a.npz").columns["input"]
    assert (column.dtype, column.tolist()) == (kept, [[0, 1], [1, 1]])  # type: ignore[union-attr]


def test_ports_names_and_splits(tmp_path: Path) -> None:
    arrays = {"left": GREY, "right": GREY, "target.a": np.array(["b", "a", "b"])}
    np.savez(tmp_path / "a.npz", **arrays, **{"target.b": np.ones(3)})
    loader = NpzLoader(tmp_path / "a.npz")
    assert list(loader.columns) == ["left", "right", "target.a", "target.b"]
    assert loader.class_names == {"a": ["a", "b"]}
    keras = {"x_train": GREY, "y_train": np.zeros(3, int), "x_test": GREY[:1], "y_test": [1]}
    np.savez(tmp_path / "b.npz", **keras, class_names=np.array(["off", "on"]))
    test = NpzLoader(tmp_path / "b.npz", split="test")
    assert (len(test.table), test.columns["target"].tolist()) == (1, [1])  # type: ignore[union-attr]
    assert test.class_names == {"target": ["off", "on"]}


def test_folders_of_arrays_and_several_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        np.save(tmp_path / folder / "input.npy", GREY)
        np.save(tmp_path / folder / "target.npy", np.array([0.5, 1, 2]))
    loader = create_dataloader({"path": [str(tmp_path / "a"), str(tmp_path / "b")]})
    assert isinstance(loader, NpzLoader)
    assert loader.columns["input"].shape == (6, 2, 2)
    assert loader.sample_line(4) == (tmp_path / "b", 2)


def test_rows_that_are_not_finite_are_told_or_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    x = np.zeros((5, 2, 2))
    x[1, 0, 1], x[3, 1, 1] = np.nan, 1e300
    np.savez("a.npz", x=x, y=np.arange(5))
    with pytest.raises(DataError) as raised:
        NpzLoader("a.npz")
    (wrong,) = raised.value.diagnostics
    assert (wrong.code, wrong.line, wrong.span.source.text) == ("ND110", 2, "x[1, 0, 1] = nan")
    loader = NpzLoader("a.npz", on_error="skip", shuffle=False)
    assert loader.columns["target"].tolist() == [0, 2, 4]  # type: ignore[union-attr]
    assert [loader.sample_line(s)[1] for s in range(3)] == [1, 3, 5]
    assert str(loader.table.skipped) == "skipped 2 damaged rows: a.npz:2, a.npz:4"
    np.savez("b.npz", x=np.full(3, np.inf))
    with pytest.raises(DataError, match=r"all 3 rows of `b.npz` are damaged"):
        NpzLoader("b.npz", on_error="skip")
