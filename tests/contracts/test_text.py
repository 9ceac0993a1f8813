from __future__ import annotations

from pathlib import Path

import pytest
import torch

from neuroscript.contracts import ContractError, create_dataloader
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.text import TextLoader


def test_windows_of_bytes_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(250, 256)) + b"abcde")
    loader = TextLoader(path, context=4, shuffle=False)
    (batch,) = loader
    assert list(batch) == ["input"]
    assert batch["input"].dtype is torch.int64
    assert batch["input"].tolist() == [[250, 251, 252, 253], [254, 255, 97, 98]]
    assert str(loader.describe()) == "text   2 samples   input int[4] (text as bytes, 256 ids)"


def test_files_are_one_text(tmp_path: Path) -> None:
    for name, text in (("a.txt", "ab"), ("b.txt", "cd")):
        (tmp_path / name).write_text(text)
    loader = TextLoader([tmp_path / "a.txt", tmp_path / "b.txt"], context=4)
    assert bytes(loader.columns["input"][0].tolist()) == b"abcd"


def test_windows_know_the_line_they_begin_in(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a\nb\nc")
    (tmp_path / "b.txt").write_text("d\ne\nfgh")
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    loader = TextLoader(files, context=2)
    lines = [(file.name, line) for file, line in map(loader.sample_line, range(6))]
    assert lines == [
        ("a.txt", 1),
        ("a.txt", 2),
        ("a.txt", 3),
        ("b.txt", 1),
        ("b.txt", 2),
        ("b.txt", 3),
    ]
    _, held_out = loader.split(0.5, seed=0)
    (first, *_) = held_out.table.chosen.tolist()  # type: ignore[union-attr]
    assert held_out.sample_line(0) == loader.sample_line(first)


def test_a_text_shorter_than_one_window(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ab")
    with pytest.raises(DataError, match="has 2 bytes, fewer than one window of 64"):
        TextLoader(tmp_path / "a.txt")
    with pytest.raises(DataError, match=r"cannot read .*nowhere\.txt"):
        TextLoader(tmp_path / "nowhere.txt")


@pytest.mark.parametrize("context", [1, "long"])
def test_a_window_is_a_number_above_one(tmp_path: Path, context: object) -> None:
    with pytest.raises(ContractError, match="`context`"):
        create_dataloader({"path": str(tmp_path / "a.txt"), "context": context})
