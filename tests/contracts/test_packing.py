"""Short sequences packed into windows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from neuroscript.contracts.dataloader.jsonl import JsonlLoader


def loader(folder: Path, rows: list[Any], **options: Any) -> JsonlLoader:
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return JsonlLoader(path, shuffle=False, **options)


ROWS: list[Any] = [{"input": [1, 2]}, {"input": [3]}, {"input": [4, 5, 6]}, {"input": [7]}]


def test_samples_lie_one_behind_the_other(tmp_path: Path) -> None:
    packed = loader(tmp_path, ROWS, pack=5, separator=9)
    (batch,) = packed
    assert batch["input"].tolist() == [[1, 2, 9, 3, 9], [4, 5, 6, 9, 0], [7, 9, 0, 0, 0]]
    assert batch["segments"].tolist() == [[0, 0, 0, 1, 1], [2, 2, 2, 2, -1], [3, 3, -1, -1, -1]]
    assert batch["lengths"].tolist() == [5, 4, 2]
    assert [packed.sample_line(window)[1] for window in range(3)] == [1, 3, 4]
    (chosen,) = packed._with(packed.order().sort().values[1:2])
    assert chosen["segments"].tolist() == [[2, 2, 2, 2]]


def test_one_that_is_too_long_is_cut(tmp_path: Path) -> None:
    (batch,) = loader(tmp_path, [{"input": list(range(1, 8))}, {"input": [8]}], pack=3)
    assert batch["input"].tolist() == [[1, 2, 3], [4, 5, 6], [7, 0, 0], [8, 0, 0]]
    assert batch["lengths"].tolist() == [3, 3, 2, 2]


def test_a_target_for_each_step_goes_with_it(tmp_path: Path) -> None:
    rows = [{"input": [1, 2], "target": [5, 6]}, {"input": [3], "target": [7]}]
    (batch,) = loader(tmp_path, rows, pack=5)
    assert batch["input"].tolist() == [[1, 2, 0, 3, 0]]
    assert batch["target"].tolist() == [[5, 6, -100, 7, -100]]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{"input": [0.5, 1]}], "sequences of tokens"),
        ([{"left": [1], "right": [2]}], "one input"),
        ([{"input": [1, 2], "target": 1}], "one for each token"),
    ],
)
def test_what_cannot_be_packed(tmp_path: Path, rows: list[Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        loader(tmp_path, rows, pack=True)
