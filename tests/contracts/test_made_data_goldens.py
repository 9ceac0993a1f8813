"""Data that no editor writes is told about as the `.err` file in tests/goldens/made_data says.

Each case is a function that makes the data in an empty folder, and gives the `data` section.
`UPDATE_GOLDENS=1` writes the `.err` files anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from neuroscript.contracts import create_dataloader
from neuroscript.diagnostics import NeuroScriptError

GOLDENS = Path(__file__).parents[1] / "goldens" / "made_data"
CASES: dict[str, Callable[[], dict[str, Any]]] = {}


def case(make: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    CASES[make.__name__] = make
    return make


def parquet(**columns: Any) -> dict[str, Any]:
    pq.write_table(pa.table(columns), "train.parquet")
    return {"path": "train.parquet"}


def npz(**arrays: Any) -> dict[str, Any]:
    np.savez("train.npz", **arrays)
    return {"path": "train.npz"}


def image(path: str, side: int = 2) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side)).save(path)


@case
def parquet_null() -> dict[str, Any]:
    return parquet(a=[1.5, None], b=[1, 2], label=["cat", "dog"])


@case
def parquet_nan_in_a_vector() -> dict[str, Any]:
    return parquet(v=[[0.5, 1.0], [0.5, float("nan")], [1.0, float("inf")]], y=[0, 1, 2])


@case
def parquet_missing_label() -> dict[str, Any]:
    return parquet(a=[1, 2, 3], label=["cat", None, "dog"])


@case
def parquet_uneven() -> dict[str, Any]:
    return parquet(v=[[[1, 2], [3, 4]], [[1, 2], [3]]], y=[0, 1])


@case
def parquet_dates() -> dict[str, Any]:
    return parquet(a=[1], when=pa.array([0], pa.timestamp("s"))) | {"target": "when"}


@case
def parquet_no_such_column() -> dict[str, Any]:
    return parquet(age=[1], weight=[2], y=[0]) | {"features": ["age", "wieght"]}


@case
def parquet_damaged() -> dict[str, Any]:
    Path("train.parquet").write_bytes(b"no table at all")
    return {"path": "train.parquet"}


@case
def parquet_nothing_left() -> dict[str, Any]:
    return parquet(a=[None, float("nan")], y=[0, 1]) | {"on_error": "skip"}


@case
def npz_no_input() -> dict[str, Any]:
    return npz(y=[0, 1])


@case
def npz_lengths() -> dict[str, Any]:
    return npz(x=np.zeros((3, 2)), y=[0, 1])


@case
def npz_pickled() -> dict[str, Any]:
    return npz(x=np.array([[1], [2, 3]], dtype=object), y=[0, 1])


@case
def npz_not_finite() -> dict[str, Any]:
    return npz(x=np.array([[0.5, 1.0], [0.5, -np.inf]]), y=[0, 1])


@case
def npz_damaged() -> dict[str, Any]:
    Path("train.npz").write_bytes(b"PK no archive")
    return {"path": "train.npz"}


@case
def images_broken() -> dict[str, Any]:
    image("pets/cat/1.png")
    Path("pets/cat/2.png").write_bytes(b"\x89PNG\r\n\x1a\n no image")
    return {"path": "pets"}


@case
def images_of_other_sizes() -> dict[str, Any]:
    image("pets/cat/1.png")
    image("pets/dog/1.png", 3)
    return {"path": "pets"}


@case
def images_beside_classes() -> dict[str, Any]:
    image("pets/1.png")
    image("pets/dog/1.png")
    return {"path": "pets"}


@case
def images_of_splits() -> dict[str, Any]:
    image("pets/test/dog/1.png")
    image("pets/train/dog/1.png")
    return {"path": "pets"}


@case
def images_none() -> dict[str, Any]:
    Path("pets/cat").mkdir(parents=True)
    return {"path": "pets", "format": "images"}


@case
def images_list_without_images() -> dict[str, Any]:
    Path("list.csv").write_text("picture,label\n1.png,cat\n")
    return {"path": "list.csv", "format": "images"}


@case
def images_list_of_what_is_not_there() -> dict[str, Any]:
    Path("list.csv").write_text("image,label\n1.png,cat\n")
    return {"path": "list.csv", "format": "images"}


@case
def folder_of_nothing_known() -> dict[str, Any]:
    Path("things").mkdir()
    Path("things/one.doc").write_text("")
    return {"path": "things"}


@case
def tokenizer_of_something_else() -> dict[str, Any]:
    Path("tokenizer.json").write_text('{"words": []}')
    Path("train.txt").write_text("some text")
    return {"path": "train.txt", "tokenizer": "tokenizer.json"}


@case
def text_of_other_letters() -> dict[str, Any]:
    Path("train.txt").write_bytes("déjà\nvu\n".encode("latin-1"))
    return {"path": "train.txt", "tokenizer": "characters", "context": 2}


@case
def huggingface_no_such_split() -> dict[str, Any]:
    from datasets import Dataset, DatasetDict

    DatasetDict(train=Dataset.from_dict({"x": [1], "y": [2]})).save_to_disk("saved")
    return {"path": "saved", "split": "test"}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = CASES[name]()
    with pytest.raises(NeuroScriptError) as raised:
        create_dataloader(config)
    wanted = GOLDENS / f"{name}.err"
    if os.environ.get("UPDATE_GOLDENS"):
        wanted.write_text(f"{raised.value}\n", encoding="utf-8")
    assert f"{raised.value}\n" == wanted.read_text(encoding="utf-8")


def test_every_golden_has_its_case() -> None:
    assert sorted(path.stem for path in GOLDENS.iterdir()) == sorted(CASES)
