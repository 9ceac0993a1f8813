from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from neuroscript.contracts import create_dataloader
from neuroscript.contracts.dataloader import parquet
from neuroscript.contracts.dataloader.cache import large
from neuroscript.contracts.dataloader.columns import Ragged
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.columns.mapped import Mapped
from neuroscript.contracts.dataloader.parquet import ParquetLoader


def write(path: Path, group: int = 3, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=group)
    return path


def test_a_table_by_the_rules_of_tables(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", a=[1, 2], note=["x", "y"], b=[0.5, 1.5], label=["q", "p"])
    loader = create_dataloader({"path": str(path), "shuffle": False})
    assert isinstance(loader, ParquetLoader)
    (batch,) = loader
    assert batch["input"].tolist() == [[1.0, 0.5], [2.0, 1.5]]
    assert batch["target"].tolist() == [1, 0]
    assert loader.class_names == {"target": ["p", "q"]}
    told = loader.describe()
    assert (told.format, told.target_name, told.ignored) == ("parquet", "label", ("note",))


@pytest.mark.parametrize(
    ("kind", "values", "dtype"),
    [
        (pa.uint8(), [1, 2], torch.uint8),
        (pa.int16(), [1, -2], torch.int64),
        (pa.uint64(), [1, 2], torch.int64),
        (pa.float16(), [0.5, 2], torch.float32),
        (pa.float64(), [0.5, 2], torch.float32),
        (pa.decimal128(4, 1), [Decimal("0.5"), Decimal(2)], torch.float32),
        (pa.bool_(), [True, False], torch.bool),
    ],
)
def test_types_of_targets(tmp_path: Path, kind: Any, values: Any, dtype: torch.dtype) -> None:
    path = write(tmp_path / "a.parquet", x=[1, 2], target=pa.array(values, kind))
    column = ParquetLoader(path).columns["target"]
    assert (column.dtype, column.tolist()) == (dtype, [float(v) for v in values])  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.large_list(pa.float32())])
def test_lists_are_vectors(tmp_path: Path, kind: Any) -> None:
    vectors = pa.array([[1, 2], [3, 4], [5, 6], [7, 8]], kind)
    path = write(tmp_path / "a.parquet", v=vectors, s=[9, 9, 9, 9], y=[0, 1, 0, 1])
    loader = ParquetLoader(path, shuffle=False)
    assert loader.columns["input"].tolist()[3] == [7, 8, 9]  # type: ignore[union-attr]
    alone = ParquetLoader(path, features=["v"])
    assert alone.columns["input"].shape == (4, 2)


def test_lists_in_lists_and_of_fixed_size(tmp_path: Path) -> None:
    images = pa.array(np.arange(12).reshape(3, 4).tolist(), pa.list_(pa.int64(), 4))
    nested = pa.array(np.arange(18.0).reshape(3, 3, 2).tolist())
    path = write(tmp_path / "a.parquet", group=2, left=images, right=nested, target=[1, 2, 3])
    loader = ParquetLoader(path, features={"left": "left", "right": "right"}, shuffle=False)
    assert loader.columns["left"].shape == (3, 4)
    assert loader.columns["right"].tolist() == np.arange(18.0).reshape(3, 3, 2).tolist()  # type: ignore[union-attr]


def test_lists_of_tokens_may_differ_in_length(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", ids=[[1, 2], [3], [4, 5, 6], [7]], target=[0, 1, 0, 1])
    loader = ParquetLoader(path, shuffle=False)
    assert isinstance(loader.columns["input"], Ragged)
    (batch,) = loader
    assert batch["input"].tolist() == [[1, 2, 0], [3, 0, 0], [4, 5, 6], [7, 0, 0]]


def test_text_is_tokenized_and_dictionaries_are_text(tmp_path: Path) -> None:
    labels = pa.array(["good", "bad"]).dictionary_encode()
    path = write(tmp_path / "a.parquet", text=["ab", "c"], label=labels)
    loader = ParquetLoader(path, shuffle=False, tokenizer="characters", max_length=1)
    (batch,) = loader
    assert batch["input"].tolist() == [[1], [2]]
    assert loader.class_names == {"target": ["bad", "good"]}


def test_several_files_and_folders_of_files(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / "in").mkdir(exist_ok=True)
        write(tmp_path / "in" / f"{name}.parquet", x=[1, 2], y=[ord(name), 0])
    loader = create_dataloader({"path": str(tmp_path / "in"), "shuffle": False})
    assert isinstance(loader, ParquetLoader)
    assert loader.columns["target"].tolist() == [97, 0, 98, 0]  # type: ignore[union-attr]
    assert loader.sample_line(3) == (tmp_path / "in" / "b.parquet", 2)
    write(tmp_path / "in" / "c.parquet", z=[1], y=[2])
    with pytest.raises(DataError, match="the columns differ"):
        create_dataloader({"path": str(tmp_path / "in")})


ODD: list[tuple[str, Any, str]] = [
    ("null", None, "`x` holds null, where numbers stand"),
    ("nan", float("nan"), "`x` holds nan, which nothing"),
    ("huge", 1e300, "`x` holds 1e+300"),
]


@pytest.mark.parametrize(("name", "value", "message"), ODD, ids=[odd[0] for odd in ODD])
def test_odd_values_are_told_with_file_and_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: Any, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(parquet, "BATCH_ROWS", 4)
    values = [float(i) for i in range(10)]
    values[6] = value
    write(Path("a.parquet"), x=values, y=list(range(10)))
    with pytest.raises(DataError) as raised:
        ParquetLoader("a.parquet")
    (wrong,) = raised.value.diagnostics
    assert message in wrong.message
    assert (wrong.file, wrong.line) == ("a.parquet", 7)
    assert wrong.span.source.text == json.dumps({"x": value, "y": 6})
    loader = ParquetLoader("a.parquet", on_error="skip", shuffle=False)
    assert loader.columns["target"].tolist() == [0, 1, 2, 3, 4, 5, 7, 8, 9]  # type: ignore[union-attr]
    assert loader.sample_line(6) == (Path("a.parquet"), 8)
    assert str(loader.table.skipped) == "skipped 1 damaged row: a.parquet:7"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": [[1.0, 2.0], [1.0, None]], "y": [0, 1]}, "`x` holds null"),
        ({"x": [[1.0], []], "y": [0, 1]}, "`x` holds an empty list"),
        ({"x": [[[1], [2]], [[1, 2], [3]]], "y": [0, 1]}, "differ in length"),
        ({"x": [1, 2], "y": ["a", None]}, "`y` holds null, where names stand"),
        ({"text": ["a", " "], "y": ["a", "b"]}, "`text` holds an empty text"),
        ({"x": [[1], [2, 3]], "z": [1, 2], "y": [0, 1]}, "`x` holds 2 values, where 1 value"),
        ({"x": [1, 2], "y": [[b"a"], [b"b"]]}, "`y` holds values of type list<element: binary>"),
        ({"x": [None, None], "y": [0, 1]}, "no column is left"),
    ],
)
def test_what_tables_cannot_hold(tmp_path: Path, columns: Any, message: str) -> None:
    with pytest.raises(DataError) as raised:
        ParquetLoader(write(tmp_path / "a.parquet", **columns))
    assert message in str(raised.value)


def test_columns_may_be_kept_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEUROSCRIPT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    rows = {"text": ["ab", "b", "", "abc"], "label": ["x", "y", "x", "y"]}
    (tmp_path / "in").mkdir()
    path = write(tmp_path / "in" / "a.parquet", **rows)
    options: dict[str, Any] = {"tokenizer": "characters", "on_error": "skip", "shuffle": False}
    held = ParquetLoader(path, **options)
    for _ in range(2):
        kept = ParquetLoader(tmp_path / "in", cache="always", **options)
        assert str(kept.describe()) == str(held.describe())
        assert [b["input"].tolist() for b in kept] == [b["input"].tolist() for b in held]
    assert isinstance(kept.columns["target"], Mapped)
    for free, kind in ((path.stat().st_size * 5, torch.Tensor), (path.stat().st_size, Mapped)):
        monkeypatch.setattr(large, "free_memory", lambda free=free: free)
        assert isinstance(ParquetLoader(path, **options).columns["target"], kind)
    assert isinstance(ParquetLoader(path, cache="never", **options).columns["target"], torch.Tensor)


def test_what_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 this is no table")
    with pytest.raises(DataError, match="cannot read"):
        ParquetLoader(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="cannot read"):
        ParquetLoader(tmp_path / "none.parquet")
    with pytest.raises(DataError, match="has no samples"):
        ParquetLoader(
            write(tmp_path / "b.parquet", x=pa.array([], pa.int64()), y=pa.array([], pa.int64()))
        )
    with pytest.raises(DataError, match="all 2 rows"):
        ParquetLoader(write(tmp_path / "c.parquet", x=[None, np.nan], y=[1, 2]), on_error="skip")
