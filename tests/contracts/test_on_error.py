"""What `data.on_error: skip` leaves out, and what it tells of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from neuroscript.contracts import ContractError, create_dataloader
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.csv import CsvLoader
from neuroscript.contracts.dataloader.jsonl import JsonlLoader
from neuroscript.contracts.dataloader.records import reader


def test_damaged_lines_are_counted_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reader, "CHUNK_BYTES", 64)
    lines = [f'{{"input": [{i}, 0.5], "target": {i % 2}}}' for i in range(40)]
    lines[3] = '{"input": [NaN, 0.5], "target": 1}'
    lines[4] = "oops"
    lines[20] = '{"input": [1], "target": "a"}'
    lines[39] = ""
    Path("a.jsonl").write_bytes("\n".join(lines).encode() + b'\n{"input": "\xff"}\n')
    with pytest.raises(DataError):
        JsonlLoader("a.jsonl")
    loader = JsonlLoader("a.jsonl", on_error="skip", shuffle=False)
    kept = [i for i in range(39) if i not in (3, 4, 20)]
    assert loader.columns["input"][:, 0].tolist() == kept
    assert [loader.sample_line(s)[1] for s in range(len(kept))] == [i + 1 for i in kept]
    told = "skipped 4 damaged lines: a.jsonl:4, a.jsonl:5, a.jsonl:21, …"
    assert str(loader.describe()).endswith(told)
    assert (loader.table.skipped.count, loader.table.skipped.unit) == (4, "line")  # type: ignore[union-attr]


def test_a_damaged_first_line_does_not_say_what_the_others_are(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"input": [1]}\n' + '{"input": [1.5, 2], "target": "a"}\n' * 3)
    loader = JsonlLoader(path, on_error="skip")
    assert loader.columns["input"].shape == (3, 2)
    assert loader.sample_line(0) == (path, 2)


def test_no_column_keeps_a_part_of_a_line_that_was_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = '{"left": [1], "right": "text", "target": {"a": "x", "b": true}}\n'
    path.write_text(good + good.replace("true", "1") + good.replace('"text"', '" "') + good)
    columns = JsonlLoader(path, on_error="skip").columns
    assert {name: len(column) for name, column in columns.items()} == dict.fromkeys(columns, 2)


def test_damaged_rows_of_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"{i},0.5,{i}" for i in range(10)]
    rows[2], rows[5], rows[7] = "2,nan,2", "5,0.5", "7,0.5,"
    Path("a.csv").write_bytes("\n".join(["a,b,y", *rows]).encode() + b"\n8,1,\xff\n9,1,9\n")
    loader = CsvLoader("a.csv", on_error="skip", shuffle=False)
    assert loader.columns["target"].tolist() == [0, 1, 3, 4, 6, 8, 9, 9]
    assert loader.columns["target"].dtype is torch.int64
    lines = [loader.sample_line(s)[1] for s in range(8)]
    assert lines == [2, 3, 5, 6, 8, 10, 11, 13]
    assert loader.table.skipped.count == 4  # type: ignore[union-attr]


def test_rows_behind_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,y\n1,"x"\n2,"y\nz"\noops,"x"\n4\n5,"x"\n')
    loader = CsvLoader(path, on_error="skip", shuffle=False)
    assert loader.columns["input"].tolist() == [[1], [2], [5]]
    assert [loader.sample_line(s)[1] for s in range(3)] == [2, 3, 7]


def test_there_is_no_third_way(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,y\n1,2\n")
    with pytest.raises(ContractError, match="`fail` or `skip`"):
        create_dataloader({"path": str(tmp_path / "a.csv"), "on_error": "ignore"})
