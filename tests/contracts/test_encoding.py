"""Rows of plain data as the batches that a loader would have made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from neuroscript.contracts.dataloader.columns import ColumnLoader, Encoding
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.csv import CsvLoader
from neuroscript.contracts.dataloader.jsonl import JsonlLoader


def kept(loader: ColumnLoader) -> Encoding:
    """The encoding as it comes back from a file of plain data."""
    return Encoding.from_data(json.loads(json.dumps(loader.encoding().as_data())))


def same(batch: Any, other: Any) -> bool:
    if isinstance(batch, dict):
        return batch.keys() == other.keys() and all(same(batch[k], other[k]) for k in batch)
    return bool(torch.equal(batch, other)) and batch.dtype == other.dtype


ROWS: list[list[dict[str, Any]]] = [
    [{"input": [0.5, 1], "target": 0}, {"input": [2, 3.5], "target": 1}],
    [{"input": [1, 2, 3]}, {"input": [4]}],
    [{"input": [[1.0, 2.0]]}, {"input": [[3.0, 4.0], [5.0, 6.0]]}],
    [{"input": "hello"}, {"input": "hi"}],
    [{"left": [1, 2], "right": 0.5, "target": "a"}, {"left": [3], "right": 1.5, "target": "b"}],
    [{"input": {"left": True, "right": 1}}, {"input": {"left": False, "right": 2}}],
]


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: json.dumps(rows[0]))
def test_rows_become_the_batch_that_the_loader_makes(tmp_path: Path, rows: Any) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    loader = JsonlLoader(path, shuffle=False)
    (batch,) = loader
    batch.pop("target", None)
    encoded = kept(loader).encode_rows(rows)
    if "lengths" in batch:
        assert same(encoded, batch)
    else:
        assert same(encoded["input"], batch["input"])


def test_rows_by_the_columns_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("name,width,height,label\nx,1.5,2,cat\ny,2.5,3,dog\n")
    loader = CsvLoader(path, shuffle=False)
    encoding = kept(loader)
    expected = {"input": torch.tensor([[1.5, 2.0]])}
    for row in ({"height": 2, "width": 1.5}, {"width": "1.5", "height": "2", "name": "x"}):
        assert same(encoding.encode_rows([row]), expected)
    assert same(encoding.encode_rows([[1.5, 2]]), expected)
    assert encoding.class_names == {"target": ["cat", "dog"]}


def test_the_only_input_may_be_the_row_itself(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"input": "hello"}\n{"input": "hey"}\n')
    batch = kept(JsonlLoader(path)).encode_rows(["ab"])
    assert batch["input"].tolist() == [[97, 98]]


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ({"lefd": [1, 2], "right": [1.0]}, "ND180", "is it called `lefd`?"),
        ({"left": [1, 2]}, "ND180", "no `right`"),
        ([1, 2], "ND180", "no `left`"),
        ({"left": [1, 2, 3], "right": [1.0]}, "ND181", "`left`"),
        ({"left": [1, 2.5], "right": [1.0]}, "ND181", "int[2]"),
        ({"left": [1, None], "right": [1.0]}, "ND181", "`left`"),
        ({"left": [1, 2], "right": [float("nan")]}, "ND181", "`right`"),
        ({"left": [1, 2], "right": ["x"]}, "ND181", "`right`"),
    ],
)
def test_rows_that_are_not_as_the_model_knows_them(
    tmp_path: Path, row: Any, code: str, said: str
) -> None:
    path = tmp_path / "rows.jsonl"
    good = {"left": [1, 2], "right": [0.5]}
    path.write_text(json.dumps(good) + "\n")
    with pytest.raises(DataError) as raised:
        kept(JsonlLoader(path)).encode_rows([good, row])
    wrong = raised.value.diagnostics[0]
    assert (wrong.code, wrong.line) == (code, 2)
    assert said in str(raised.value)
