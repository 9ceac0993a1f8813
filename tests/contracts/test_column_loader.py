from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.jsonl import JsonlLoader


@pytest.fixture
def numbered(tmp_path: Path) -> Path:
    """Ten samples whose input is their number."""
    path = tmp_path / "numbered.jsonl"
    path.write_text("".join(json.dumps({"input": i, "target": i % 3}) + "\n" for i in range(10)))
    return path


def seen(loader: JsonlLoader) -> list[int]:
    return [int(i) for batch in loader for i in batch["input"]]


def test_batches_hold_everything_once(numbered: Path) -> None:
    loader = JsonlLoader(numbered, batch_size=4)
    sizes = [len(batch["input"]) for batch in loader]
    assert sizes == [4, 4, 2]
    assert len(loader) == 3
    assert sorted(seen(loader)) == list(range(10))
    for batch in loader:
        assert torch.equal(batch["input"] % 3, batch["target"])


def test_the_order_is_a_function_of_seed_and_epoch(numbered: Path) -> None:
    orders = {}
    for seed in (1, 2):
        for epoch in (0, 1):
            loader = JsonlLoader(numbered, batch_size=4, seed=seed)
            loader.set_epoch(epoch)
            orders[seed, epoch] = seen(loader)
            assert seen(loader) == orders[seed, epoch]
    assert len({tuple(order) for order in orders.values()}) == 4
    assert seen(JsonlLoader(numbered, shuffle=False)) == list(range(10))


def test_the_order_does_not_touch_the_random_state_of_others(numbered: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    seen(JsonlLoader(numbered))
    assert torch.equal(torch.rand(1), expected)


def test_batches_are_copies(numbered: Path) -> None:
    loader = JsonlLoader(numbered, shuffle=False)
    for batch in loader:
        batch["input"].zero_()
    assert seen(loader) == list(range(10))


def test_a_split_is_decided_by_its_seed(numbered: Path) -> None:
    loader = JsonlLoader(numbered)
    kept, held_out = loader.split(0.3, seed=1)
    again = loader.split(0.3, seed=1)[1]
    assert (len(kept.table), len(held_out.table)) == (7, 3)
    assert sorted(seen(kept) + seen(held_out)) == list(range(10))
    assert seen(held_out) == seen(again) == sorted(seen(held_out))
    assert seen(loader.split(0.3, seed=2)[1]) != seen(held_out)
    assert kept.shuffle
    assert len(loader.table) == 10


def test_samples_of_a_split_know_their_lines(numbered: Path) -> None:
    _, held_out = JsonlLoader(numbered).split(0.3, seed=1)
    inner, _ = held_out.split(0.5, seed=1)
    for loader in (held_out, inner):
        for i, number in enumerate(loader.columns["input"].tolist()):
            assert loader.sample_line(i) == (numbered, number + 1)


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_no_side_of_a_split_is_empty(numbered: Path, fraction: float) -> None:
    kept, held_out = JsonlLoader(numbered).split(fraction, seed=0)
    assert {len(kept.table), len(held_out.table)} == {1, 9}


def test_one_sample_cannot_be_split(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"input": [1]}\n')
    with pytest.raises(DataError, match="one sample cannot be split"):
        JsonlLoader(path).split(0.5, seed=0)


def test_the_samples_one_by_one(numbered: Path) -> None:
    samples = JsonlLoader(numbered).dataset()
    assert len(samples) == 10  # type: ignore[arg-type]
    assert {name: int(value) for name, value in samples[4].items()} == {"input": 4, "target": 1}
    batches = list(DataLoader(samples, batch_size=4, collate_fn=dict))
    assert [batch["input"].tolist() for batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def animals(folder: Path, name: str, *classes: str) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps({"input": [1], "target": c}) + "\n" for c in classes))
    return path


def test_classes_are_numbered_as_in_training(tmp_path: Path) -> None:
    train = JsonlLoader(animals(tmp_path, "train.jsonl", "dog", "cat", "eel"))
    test = JsonlLoader(animals(tmp_path, "test.jsonl", "eel", "dog"))
    test.use_class_names(train.class_names)
    assert test.columns["target"].tolist() == [2, 1]
    assert test.class_names == train.class_names


def test_a_class_that_training_lacks_is_told_at_its_line(tmp_path: Path) -> None:
    train = JsonlLoader(animals(tmp_path, "train.jsonl", "dog", "cat"))
    test = JsonlLoader(animals(tmp_path, "test.jsonl", "cat", "dogs"))
    with pytest.raises(DataError) as raised:
        test.use_class_names(train.class_names)
    (unknown,) = raised.value.diagnostics
    assert (unknown.code, unknown.line, unknown.span.text) == ("ND111", 2, "dogs")
    assert unknown.help == "did you mean `dog`?"
