"""Sequences of different lengths: read, chosen, padded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from neuroscript.contracts.dataloader.columns import Ragged
from neuroscript.contracts.dataloader.columns.column import first_where
from neuroscript.contracts.dataloader.jsonl import JsonlLoader
from neuroscript.contracts.dataloader.records import reader


def write(folder: Path, *records: Any, name: str = "data.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_lists_of_different_lengths_are_padded_to_the_longest_of_a_batch(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"input": [1, 2, 3], "target": [1, 1, 0]},
        {"input": [4], "target": [2]},
        {"input": [5, 6], "target": [0, 1]},
    )
    loader = JsonlLoader(path, batch_size=2, shuffle=False)
    first, second = loader
    assert first["input"].tolist() == [[1, 2, 3], [4, 0, 0]]
    assert first["lengths"].tolist() == [3, 1]
    assert first["target"].tolist() == [[1, 1, 0], [2, -100, -100]]
    assert second["input"].tolist() == [[5, 6]]
    assert str(loader.describe()) == "jsonl   3 samples   input int[1…3]   target int[1…3]"


def test_the_padding_can_be_said(tmp_path: Path) -> None:
    path = write(tmp_path, {"input": [1, 2]}, {"input": [3]})
    (batch,) = JsonlLoader(path, shuffle=False, pad_value=9)
    assert batch["input"].tolist() == [[1, 2], [3, 9]]


def test_sequences_of_vectors(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"input": [[0.5, 1.0]], "target": [0.5]},
        {"input": [[1, 2], [3, 4]], "target": [1.5, 2.5]},
    )
    (batch,) = JsonlLoader(path, shuffle=False)
    assert batch["input"].tolist() == [[[0.5, 1.0], [0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]]]
    assert batch["target"][1].tolist() == [1.5, 2.5]
    assert batch["target"][0, 1].isnan()


def test_each_of_several_inputs_has_its_lengths(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"left": [1, 2], "right": [1], "target": 0},
        {"left": [3], "right": [1], "target": 1},
    )
    (batch,) = JsonlLoader(path, shuffle=False)
    assert batch["input"]["left"].tolist() == [[1, 2], [3, 0]]
    assert {name: value.tolist() for name, value in batch["lengths"].items()} == {"left": [2, 1]}


def test_a_column_turns_out_uneven_far_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "CHUNK_BYTES", 256)
    rows = [[i, i + 1] for i in range(200)] + [[i] for i in range(100)] + [[7, 8]]
    loader = JsonlLoader(write(tmp_path, *({"input": row} for row in rows)), shuffle=False)
    column = loader.columns["input"]
    assert isinstance(column, Ragged)
    assert [column.flat(torch.tensor([i])).tolist() for i in range(301)] == rows


def test_names_of_steps(tmp_path: Path) -> None:
    train = write(
        tmp_path,
        {"input": [1, 2], "target": ["noun", "verb"]},
        {"input": [3], "target": ["verb"]},
    )
    other = write(tmp_path, {"input": [1], "target": ["verb"]}, name="other.jsonl")
    loader, test = JsonlLoader(train, shuffle=False), JsonlLoader(other)
    (batch,) = loader
    assert batch["target"].tolist() == [[0, 1], [1, -100]]
    test.use_class_names(loader.class_names)
    assert test.columns["target"].tolist() == [[1]]


@pytest.mark.parametrize(
    ("second", "code"),
    [([[1], [2]], "ND108"), ([[1, 2], [3]], "ND108"), ([], "ND109"), (3, "ND108")],
)
def test_only_the_length_may_differ(tmp_path: Path, second: Any, code: str) -> None:
    from neuroscript.contracts.dataloader.columns.errors import DataError

    with pytest.raises(DataError) as raised:
        JsonlLoader(write(tmp_path, {"input": [1, 2]}, {"input": second}))
    (wrong,) = raised.value.diagnostics
    assert (wrong.code, wrong.line) == (code, 2)


def test_a_choice_copies_no_values() -> None:
    column = Ragged.of([[1, 2, 3], [4], [5, 6]])
    chosen = column.select(torch.tensor([2, 0]))
    assert chosen.values is column.values
    assert (len(chosen), chosen.shortest, chosen.longest) == (2, 2, 3)
    assert chosen.flat(torch.tensor([1, 0])).tolist() == [1, 2, 3, 5, 6]
    assert first_where(chosen, lambda values: values == 3) == (1, torch.tensor(3))
    assert first_where(chosen, lambda values: values == 4) is None
