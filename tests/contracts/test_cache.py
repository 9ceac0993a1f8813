"""Columns kept in files: built once, opened from then on, the same to the bit."""

from __future__ import annotations

import json
import os
import pickle
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from neuroscript.contracts.dataloader.cache import large
from neuroscript.contracts.dataloader.cache.prune import prune
from neuroscript.contracts.dataloader.columns import ColumnLoader, Ragged
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.columns.mapped import Mapped
from neuroscript.contracts.dataloader.csv import CsvLoader
from neuroscript.contracts.dataloader.jsonl import JsonlLoader
from neuroscript.contracts.dataloader.records import reader


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEUROSCRIPT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(reader, "CHUNK_BYTES", 256)
    return tmp_path / "cache" / "columns"


def jsonl(folder: Path, rows: list[Any], name: str = "data.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


ROWS: dict[str, list[Any]] = {
    "vectors": [{"input": [i, i / 2], "target": i % 3} for i in range(100)],
    "whole then fractions": [{"input": [i if i < 50 else i + 0.5]} for i in range(100)],
    "sequences": [{"input": list(range(1 + i % 5)), "target": [0.5] * 2} for i in range(60)],
    "names": [{"input": [i], "target": "cab"[i % 3]} for i in range(60)],
    "names of steps": [{"input": [1] * n, "target": ["x", "a"][: n or 1]} for n in (1, 2, 2, 1)],
    "truth": [
        {"left": i % 2 == 0, "right": [[i], [2]], "target": {"a": 1, "b": 0.5}} for i in (1, 2)
    ],
    "text": [{"input": "hello"[: 1 + i % 5], "target": i % 2 == 1} for i in range(50)],
}


def same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one.dtype == other.dtype and bool(torch.equal(one, other))


def batches_agree(kept: ColumnLoader, held: ColumnLoader) -> bool:
    for epoch in (0, 1):
        kept.set_epoch(epoch)
        held.set_epoch(epoch)
        assert all(same(a, b) for a, b in zip(kept, held, strict=True))
    return True


@pytest.mark.parametrize("free", [None, 0], ids=["mapped", "read in pieces"])
@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
def test_batches_are_those_of_memory(
    tmp_path: Path, rows: list[Any], free: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "free_memory", lambda: free)
    path = jsonl(tmp_path, rows)
    held = JsonlLoader(path, batch_size=7, cache="never")
    for _ in ("built", "opened"):
        kept = JsonlLoader(path, batch_size=7, cache="always")
        column = next(iter(kept.table.inputs.values()))
        column = column.values if isinstance(column, Ragged) else column
        assert isinstance(column, Mapped)
        assert (column.mapping is None) == (free == 0)
        assert batches_agree(kept, held)
        assert kept.describe() == held.describe()
        assert kept.encoding().as_data() == held.encoding().as_data()
        assert kept.sample_line(len(rows) - 1) == (path, len(rows))


def test_tables_too(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b,kind\n1,2,x\n\n3,4.5,y\n5,6,x\n")
    held, kept = CsvLoader(path), CsvLoader(path, cache="always")
    assert batches_agree(kept, held)
    assert kept.sample_line(1) == held.sample_line(1) == (path, 4)


def test_a_part_of_them_is_not_copied(tmp_path: Path) -> None:
    path = jsonl(tmp_path, ROWS["vectors"])
    kept = JsonlLoader(path, cache="always").split(0.2, seed=1)
    held = JsonlLoader(path).split(0.2, seed=1)
    for mine, other in zip(kept, held, strict=True):
        assert isinstance(mine.table.inputs["input"], Mapped)
        assert batches_agree(mine, other)
        assert mine.sample_line(3) == other.sample_line(3)
    again = pickle.loads(pickle.dumps(kept[1]))
    assert batches_agree(again, held[1])


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: JsonlLoader, files: Any) -> Any:
        raise AssertionError("it is read again")

    monkeypatch.setattr(JsonlLoader, "read", read)


def test_what_is_there_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = jsonl(tmp_path, ROWS["vectors"])
    JsonlLoader(path, cache="always")
    with monkeypatch.context() as patched:
        unread(patched)
        monkeypatch.chdir(tmp_path)
        loader = JsonlLoader("data.jsonl", cache="always", batch_size=3, seed=9, shuffle=False)
        assert loader.sample_line(0) == (Path("data.jsonl"), 1)
        with pytest.raises(AssertionError, match="read again"):
            JsonlLoader(path, cache="always", max_length=5)


def test_other_data_are_read_and_what_was_of_the_old_goes(tmp_path: Path, cache: Path) -> None:
    path = jsonl(tmp_path, ROWS["vectors"])
    JsonlLoader(path, cache="always")
    (old,) = cache.glob("*/")
    jsonl(tmp_path, ROWS["names"])
    os.utime(path, ns=(1, 1))
    assert len(JsonlLoader(path, cache="always").table) == 60
    (new,) = cache.glob("*/")
    assert new != old


@pytest.mark.parametrize("damage", ["cut", "lost", "table"])
def test_what_is_damaged_is_built_again(tmp_path: Path, cache: Path, damage: str) -> None:
    path = jsonl(tmp_path, ROWS["vectors"])
    JsonlLoader(path, cache="always")
    (place,) = cache.glob("*/")
    column = max(place.glob("*.column"), key=lambda file: file.stat().st_size)
    if damage == "cut":
        column.write_bytes(column.read_bytes()[:-5])
    elif damage == "lost":
        column.unlink()
    else:
        (place / "table.json").write_text('{"inputs": {')
    assert batches_agree(JsonlLoader(path, cache="always"), JsonlLoader(path))


def test_mistakes_in_the_data_leave_nothing_behind(tmp_path: Path, cache: Path) -> None:
    path = jsonl(tmp_path, [*ROWS["vectors"], {"input": "?"}])
    with pytest.raises(DataError) as raised:
        JsonlLoader(path, cache="always")
    assert raised.value.diagnostics[0].line == 101
    assert not list(cache.glob("*/"))


def test_damaged_samples_that_were_skipped_are_told_from_the_cache(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [*ROWS["names"], {"input": [1], "target": 7}, *ROWS["names"]])
    for _ in ("built", "opened"):
        loader = JsonlLoader(path, cache="always", on_error="skip")
        assert str(loader.table.skipped).startswith("skipped 1 damaged line: ")
        assert loader.class_names == {"target": ["a", "b", "c"]}
        assert loader.sample_line(60)[1] == 62


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NEUROSCRIPT_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError) as raised:
        JsonlLoader(jsonl(tmp_path, ROWS["vectors"]), cache="always")
    assert raised.value.diagnostics[0].code == "ND170"
    assert "NEUROSCRIPT_CACHE" in str(raised.value)


def test_large_files_are_kept_by_themselves(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = jsonl(tmp_path, ROWS["vectors"])
    size = path.stat().st_size
    for free, kept in ((4 * size, False), (4 * size - 4, True)):
        monkeypatch.setattr(large, "free_memory", lambda free=free: free)
        JsonlLoader(path)
        assert bool(list(cache.glob("*/"))) == kept
    JsonlLoader(path, cache="never")


def test_what_nobody_used_for_long_goes(tmp_path: Path, cache: Path) -> None:
    JsonlLoader(jsonl(tmp_path, ROWS["vectors"]), cache="always")
    JsonlLoader(jsonl(tmp_path, ROWS["names"], "other.jsonl"), cache="always")
    unfinished = cache / "0-1.building"
    unfinished.mkdir()
    assert prune(cache) == []
    first = next(entry for entry in cache.glob("*/") if entry != unfinished)
    long_ago = time.time() - 40 * 86_400
    os.utime(first / "table.json", (long_ago, long_ago))
    os.utime(unfinished, (long_ago, long_ago))
    assert prune(cache) == sorted([first.name, unfinished.name])


MEASURE = Path(__file__).parents[1] / "benchmarks" / "larger_than_memory.py"


def test_data_four_times_as_large_as_memory(tmp_path: Path) -> None:
    measure = runpy.run_path(str(MEASURE))
    path, mebibytes = tmp_path / "data.jsonl", 64
    measure["write"](path, mebibytes)
    little = str(mebibytes * 2**20 // 4)
    command = [sys.executable, str(MEASURE), "measure", str(path), "auto", little]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert 0 <= told["grown_mib"] * 4 <= mebibytes


BUILD = """
import sys, time
from pathlib import Path
from neuroscript.contracts.dataloader.jsonl import JsonlLoader

read = JsonlLoader.read

def slowly(self, files):
    print("reading", flush=True)
    table = read(self, files)
    time.sleep(float(sys.argv[2]))
    return table

JsonlLoader.read = slowly
loader = JsonlLoader(sys.argv[1], cache="always", shuffle=False)
print(int(sum(batch["input"].sum() for batch in loader)))
"""


def test_two_processes_build_at_once_and_one_is_killed(tmp_path: Path, cache: Path) -> None:
    path = jsonl(tmp_path, [{"input": [i, 1]} for i in range(100)])

    def start(seconds: float) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", BUILD, str(path), str(seconds)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    killed = start(60)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "reading\n"
    others = [start(0.3), start(0.3)]
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    told = [process.communicate(timeout=90)[0].split() for process in others]
    assert sorted(told) == [["5050"], ["reading", "5050"]]
    (place,) = cache.glob("*/")
    assert place.suffix == ""
