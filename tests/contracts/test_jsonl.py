from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.jsonl import JsonlLoader
from neuroscript.contracts.dataloader.records import reader


def write(folder: Path, *records: Any, name: str = "data.jsonl") -> Path:
    path = folder / name
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_four_samples_of_xor(tmp_path: Path) -> None:
    samples = [{"input": [a, b], "target": [float(a != b)]} for a in (0.0, 1.0) for b in (0.0, 1.0)]
    loader = JsonlLoader(write(tmp_path, *samples), shuffle=False)
    (batch,) = loader
    assert batch["input"].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert batch["target"].tolist() == [[0], [1], [1], [0]]
    assert batch["input"].dtype == batch["target"].dtype == torch.float32
    assert str(loader.describe()) == "jsonl   4 samples   input float[2]   target float[1]"


@pytest.mark.parametrize(
    ("records", "dtype", "expected"),
    [
        ([{"input": 1}, {"input": 2}], torch.int64, [1, 2]),
        ([{"input": [1]}, {"input": [2.5]}], torch.float32, [[1.0], [2.5]]),
        ([{"input": [True]}, {"input": [False]}], torch.bool, [[True], [False]]),
        ([{"input": [[1, 2], [3, 4]]}], torch.int64, [[[1, 2], [3, 4]]]),
        ([{"input": [-(2**63)]}, {"input": [2**63 - 1]}], torch.int64, [[-(2**63)], [2**63 - 1]]),
    ],
)
def test_types_of_values(tmp_path: Path, records: Any, dtype: torch.dtype, expected: Any) -> None:
    column = JsonlLoader(write(tmp_path, *records)).columns["input"]
    assert column.dtype is dtype
    assert column.tolist() == expected


@pytest.mark.parametrize(
    "record",
    [
        {"left": [1.0], "right": [2.0, 3.0], "target": 1},
        {"input": {"left": [1.0], "right": [2.0, 3.0]}, "target": 1},
    ],
)
def test_inputs_by_port(tmp_path: Path, record: Any) -> None:
    loader = JsonlLoader(write(tmp_path, record, record), batch_size=2)
    (batch,) = loader
    assert batch["input"]["left"].tolist() == [[1.0], [1.0]]
    assert batch["input"]["right"].tolist() == [[2.0, 3.0], [2.0, 3.0]]
    assert batch["target"].tolist() == [1, 1]
    assert list(loader.columns) == ["left", "right", "target"]


def test_targets_by_port(tmp_path: Path) -> None:
    records = [{"input": [1], "target": {"a": 0.5, "b": name}} for name in ("no", "yes")]
    loader = JsonlLoader(write(tmp_path, *records), shuffle=False)
    (batch,) = loader
    assert batch["target"]["a"].tolist() == [0.5, 0.5]
    assert batch["target"]["b"].tolist() == [0, 1]
    assert loader.class_names == {"b": ["no", "yes"]}
    assert list(loader.columns) == ["input", "target.a", "target.b"]


def test_no_target_at_all(tmp_path: Path) -> None:
    (batch,) = JsonlLoader(write(tmp_path, {"input": [1, 2]}))
    assert list(batch) == ["input"]


def test_names_of_classes_are_numbered_in_order(tmp_path: Path) -> None:
    records = [{"input": [1.0], "target": name} for name in ("dog", "cat", "eel", "cat")]
    loader = JsonlLoader(write(tmp_path, *records))
    assert loader.columns["target"].tolist() == [1, 0, 2, 0]
    assert loader.class_names == {"target": ["cat", "dog", "eel"]}


def test_a_name_for_each_step(tmp_path: Path) -> None:
    records = [{"input": [1, 2], "target": ["N", "V"]}, {"input": [1, 2], "target": ["V", "V"]}]
    loader = JsonlLoader(write(tmp_path, *records))
    assert loader.columns["target"].tolist() == [[0, 1], [1, 1]]


def test_other_keys_are_said_to_be_ignored(tmp_path: Path) -> None:
    records = [{"input": [1], "target": 1, "id": "a"}, {"input": [1], "target": 1}]
    assert JsonlLoader(write(tmp_path, *records)).describe().ignored == ("id",)


def test_lines_are_counted_across_blank_ones_and_files(tmp_path: Path) -> None:
    sample = {"input": [1]}
    first = write(tmp_path, "", sample, "", "  ", sample, name="a.jsonl")
    second = write(tmp_path, sample, "", sample, name="b.jsonl")
    loader = JsonlLoader([first, second])
    lines = [loader.sample_line(i) for i in range(4)]
    assert lines == [(first, 2), (first, 5), (second, 1), (second, 3)]


def test_mistakes_far_down_are_found_at_their_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "CHUNK_BYTES", 256)
    records: list[Any] = [{"input": [i, i + 1], "target": 0.5} for i in range(500)]
    records[333] = {"input": 1, "target": 0.5}
    with pytest.raises(DataError) as raised:
        JsonlLoader(write(tmp_path, *records))
    (wrong,) = raised.value.diagnostics
    assert (wrong.code, wrong.line, wrong.span.text) == ("ND108", 334, "1")
    assert raised.value.exit_code == 1


def test_mistakes_in_a_second_file_name_it(tmp_path: Path) -> None:
    first = write(tmp_path, {"input": [1, 2]}, name="a.jsonl")
    second = write(tmp_path, {"input": [[1, 2, 3]]}, name="b.jsonl")
    with pytest.raises(DataError) as raised:
        JsonlLoader([first, second])
    assert raised.value.diagnostics[0].file == str(second)


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="cannot read"):
        JsonlLoader(tmp_path / name)


def test_windows_line_ends_and_byte_order_marks(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"input": [1]}\r\n{"input": [2]}\r\n')
    assert JsonlLoader(path).columns["input"].tolist() == [[1], [2]]


@settings(max_examples=60, deadline=None)
@given(
    st.data(),
    st.integers(1, 20),
    st.lists(st.integers(1, 3), max_size=3),
    st.sampled_from(["int64", "float32", "bool"]),
)
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, rows: int, shape: Any, dtype: str
) -> None:
    elements: dict[str, Any] = (
        {"allow_nan": False, "allow_infinity": False} if dtype == "float32" else {}
    )
    array = data.draw(hnp.arrays(dtype, (rows, *shape), elements=elements or None))
    records = [{"input": row.tolist(), "target": 0} for row in array]
    path = write(tmp_path_factory.mktemp("law"), *records)
    column = JsonlLoader(path).columns["input"]
    assert torch.equal(column, torch.from_numpy(array))


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(json.dumps, st.fixed_dictionaries({"input": ODD}, optional={"target": ODD}))
        | st.builds(json.dumps, ODD)
        | st.text(max_size=12),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_a_file_holds_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("law") / "data.jsonl"
    path.write_bytes("\n".join(lines).encode("utf-8", errors="surrogatepass"))
    try:
        columns = JsonlLoader(path).columns
    except DataError as error:
        told = [str(diagnostic) for diagnostic in error.diagnostics]
        columns = {}
    else:
        told = []
    assert bool(told) != bool(columns)
    assert all(torch.isfinite(column).all() for column in columns.values())
