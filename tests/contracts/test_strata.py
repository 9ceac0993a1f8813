"""Splits by fraction in which every class has its part."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroscript.contracts.dataloader.columns.strata import objection, stratified
from neuroscript.contracts.dataloader.jsonl import JsonlLoader


def written(folder: Path, targets: list[object]) -> JsonlLoader:
    path = folder / "data.jsonl"
    rows = ({"input": i, "target": target} for i, target in enumerate(targets))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return JsonlLoader(path)


@given(
    st.lists(st.integers(2, 30), min_size=1, max_size=6), st.floats(0.05, 0.95), st.integers(0, 9)
)
@settings(max_examples=60, deadline=None)
def test_each_class_has_its_part(counts: list[int], fraction: float, seed: int) -> None:
    classes = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    held_out = min(max(1, round(len(classes) * fraction)), len(classes) - 1)
    if objection(classes, held_out) is not None:
        return
    shuffled = torch.randperm(len(classes), generator=torch.Generator().manual_seed(seed))
    order = stratified(shuffled, classes, held_out)
    assert sorted(order.tolist()) == list(range(len(classes)))
    found = Counter(classes[order[:held_out]].tolist())
    for index, count in enumerate(counts):
        exact = count * held_out / len(classes)
        assert 1 <= found[index] < count
        assert abs(found[index] - min(max(exact, 1), count - 1)) <= 1 + len(counts)


def test_classes_are_split_so_by_themselves(tmp_path: Path) -> None:
    loader = written(tmp_path, ["rare"] * 10 + ["common"] * 90)
    kept, held_out = loader.split(0.1, seed=3)
    assert Counter(held_out.columns["target"].tolist()) == {1: 1, 0: 9}
    assert held_out.stratified
    again = loader.split(0.1, seed=3)[1]
    assert torch.equal(again.columns["input"], held_out.columns["input"])
    other = loader.split(0.1, seed=4)[1]
    assert not torch.equal(other.columns["input"], held_out.columns["input"])
    assert len(kept.table) == 90


@pytest.mark.parametrize(
    ("targets", "reason"),
    [
        (["a"] * 9 + ["b"], "one sample only"),
        ([0.5] * 10, "not one class"),
        ([[0, 1]] * 10, "not one class"),
        ([0, 1, 2, 3, 4] * 2, "fewer samples than there are classes"),
    ],
)
def test_what_cannot_be_split_so_is_split_at_random(
    tmp_path: Path, targets: list[object], reason: str
) -> None:
    loader = written(tmp_path, targets)
    _, held_out = loader.split(0.2, seed=1)
    assert len(held_out.table) == 2
    assert not held_out.stratified
    assert torch.equal(
        loader.split(0.2, 1, stratify=False)[1].columns["input"], held_out.columns["input"]
    )
    with pytest.raises(ValueError, match=reason):
        loader.split(0.2, seed=1, stratify=True)
