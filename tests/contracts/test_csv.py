from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroscript.contracts.dataloader.cells.file import CsvFile
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.csv import CsvLoader

IRIS = "a,b,note,species\n1,2.5,x,setosa\n3,4.5,y,virginica\n"


def write(folder: Path, text: str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_numbers_are_the_input_and_names_are_classes(tmp_path: Path) -> None:
    loader = CsvLoader(write(tmp_path, IRIS), shuffle=False)
    assert loader.columns["input"].tolist() == [[1.0, 2.5], [3.0, 4.5]]
    assert loader.columns["target"].tolist() == [0, 1]
    assert loader.class_names == {"target": ["setosa", "virginica"]}
    told = str(loader.describe())
    assert told.startswith("csv   2 samples   input float[2]   target int (2 names)")
    assert "target is column species" in told
    assert "ignored note" in told


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("y,label,target,z", "target"),
        ("y,label,a,z", "label"),
        ("y,a,b,z", "y"),
        ("a,b,c,z", "z"),
    ],
)
def test_which_column_is_the_target(tmp_path: Path, header: str, target: str) -> None:
    loader = CsvLoader(write(tmp_path, f"{header}\n1,2,3,4\n"))
    assert loader.describe().target_name == target
    assert loader.columns["target"].tolist() == [header.split(",").index(target) + 1]


def test_columns_can_be_named(tmp_path: Path) -> None:
    loader = CsvLoader(write(tmp_path, IRIS), target="a", features=["b"])
    assert loader.columns["input"].tolist() == [[2.5], [4.5]]
    assert loader.columns["target"].tolist() == [1, 3]
    assert loader.describe().ignored == ("note", "species")


@pytest.mark.parametrize(
    ("cells", "dtype", "values"),
    [
        (["1", "2"], torch.int64, [1, 2]),
        (["1", "2.5"], torch.float32, [1.0, 2.5]),
        (["true", "False"], torch.bool, [True, False]),
        (["b", "a"], torch.int64, [1, 0]),
    ],
)
def test_types_of_targets(
    tmp_path: Path, cells: list[str], dtype: torch.dtype, values: list[Any]
) -> None:
    text = "x,target\n" + "".join(f"0.5,{cell}\n" for cell in cells)
    column = CsvLoader(write(tmp_path, text)).columns["target"]
    assert (column.dtype, column.tolist()) == (dtype, values)


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    loader = CsvLoader(write(tmp_path, "a,b,y\n1,2,3\n"))
    assert loader.columns["input"].dtype is torch.int64


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen(tmp_path: Path, delimiter: str) -> None:
    text = IRIS.replace(",", delimiter)
    assert CsvLoader(write(tmp_path, text)).columns["input"].shape == (2, 2)


def test_quotes_line_ends_and_byte_order_marks(tmp_path: Path) -> None:
    text = '\ufeff"a","name, long",label\r\n1,"x\r\ny",one\r\n\r\n2,"z","two, or so"\r\n'
    loader = CsvLoader(write(tmp_path, text))
    assert loader.columns["input"].tolist() == [[1], [2]]
    assert loader.class_names == {"target": ["one", "two, or so"]}
    assert [loader.sample_line(i)[1] for i in (0, 1)] == [2, 5]


def test_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    first = write(tmp_path, "a,y\n1,0\n", "1.csv")
    second = write(tmp_path, "a,y\n2.5,1\n", "2.csv")
    loader = CsvLoader([first, second])
    assert loader.columns["input"].tolist() == [[1.0], [2.5]]
    assert loader.sample_line(1) == (second, 2)


def test_files_must_have_the_same_columns(tmp_path: Path) -> None:
    first = write(tmp_path, "a,y\n1,0\n", "1.csv")
    second = write(tmp_path, "b,y\n2,1\n", "2.csv")
    with pytest.raises(DataError, match=r"differ from those of `.*1\.csv`"):
        CsvLoader([first, second])


def test_a_mistake_far_down_is_found_at_its_cell(tmp_path: Path) -> None:
    lines = [f"{i},0" for i in range(10_000)]
    lines[8765] = "oops,0"
    with pytest.raises(DataError) as raised:
        CsvLoader(write(tmp_path, "a,y\n" + "\n".join(lines)))
    (wrong,) = raised.value.diagnostics
    assert (wrong.line, wrong.column, wrong.span.text) == (8767, 1, "oops")


@pytest.mark.parametrize("option", [{"target": "speces"}, {"features": ["a", "bb"]}])
def test_names_of_columns_that_are_not_there(tmp_path: Path, option: dict[str, Any]) -> None:
    with pytest.raises(DataError) as raised:
        CsvLoader(write(tmp_path, IRIS), **option)
    (missing,) = raised.value.diagnostics
    assert missing.code == "ND122"
    assert f"data.{next(iter(option))}" in missing.message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read"):
        CsvLoader(tmp_path / "nowhere.csv")
    binary = tmp_path / "data.csv"
    binary.write_bytes(b"a,y\n1,\xff\n")
    with pytest.raises(DataError, match="not UTF-8"):
        CsvLoader(binary)


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1), st.text(st.sampled_from('a",\n ;'), min_size=1)
        ),
        min_size=1,
    ),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(max_examples=60)
def test_quotes_are_read_as_they_are_written(rows: list[tuple[int, str]], quoting: Any) -> None:
    rows = [(number, f"x{name}x") for number, name in rows]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file, quoting=quoting)
            writer.writerows([("number", "label"), *rows])
        loader = CsvLoader(path, shuffle=False)
        names = loader.class_names["target"]
        lines = path.read_text().split("\n")
    assert loader.columns["input"].tolist() == [[number] for number, _ in rows]
    assert [names[i] for i in loader.columns["target"].tolist()] == [name for _, name in rows]
    for sample, (number, _) in enumerate(rows):
        assert str(number) in lines[loader.sample_line(sample)[1] - 1]


def test_a_header_in_quotes_leaves_the_rest_fast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CsvFile, "_quoted", lambda *_: pytest.fail("read slowly"))
    path = write(tmp_path, '"a","b, c",label\n1,2,x\n')
    assert CsvLoader(path).columns["input"].tolist() == [[1, 2]]
