"""Strings as inputs: token ids by a tokenizer that goes with the data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neuroscript.contracts.dataloader.csv import CsvLoader
from neuroscript.contracts.dataloader.jsonl import JsonlLoader
from neuroscript.contracts.dataloader.text import TextLoader


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def ids_of(loader: JsonlLoader | CsvLoader, port: str = "input") -> list[list[int]]:
    """The ids of each text, without padding."""
    found = {}
    for batch in loader:
        value = batch["input"][port] if isinstance(batch["input"], dict) else batch["input"]
        for row in value.tolist():
            found[len(found)] = [i for i in row if i]
    return list(found.values())


def test_a_text_is_its_bytes(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl", {"input": "né", "target": "x"}, {"input": "a", "target": "y"}
    )
    loader = JsonlLoader(path, shuffle=False)
    assert ids_of(loader) == [[110, 195, 169], [97]]
    assert loader.class_names == {"target": ["x", "y"]}
    assert "(text as bytes, 256 ids)" in str(loader.describe())
    assert ids_of(JsonlLoader(path, shuffle=False, max_length=2)) == [[110, 195], [97]]


def test_several_texts_share_an_alphabet(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        {"title": "ab", "body": "bcb", "target": 0},
        {"title": "a", "body": "c", "target": 1},
    )
    loader = JsonlLoader(path, shuffle=False, tokenizer="characters")
    assert ids_of(loader, "title") == [[1, 2], [1]]
    assert ids_of(loader, "body") == [[2, 3, 2], [3]]
    assert {port: t.vocabulary for port, t in loader.tokenizers.items()} == {"title": 4, "body": 4}


def test_the_alphabet_of_the_training_data_holds(tmp_path: Path) -> None:
    train = JsonlLoader(lines(tmp_path / "a.jsonl", {"input": "bd"}), tokenizer="characters")
    other = JsonlLoader(lines(tmp_path / "b.jsonl", {"input": "abcd"}), tokenizer="characters")
    other.use_tokenizers(train.tokenizers)
    assert [batch["input"].tolist() for batch in other] == [[[0, 1, 0, 2]]]
    assert other.tokenizers["input"].as_data() == train.tokenizers["input"].as_data()


def test_the_text_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("label,id,text\ngood,x,fine\nbad,y,poor\n")
    loader = CsvLoader(path, shuffle=False)
    assert ids_of(loader) == [list(b"fine"), list(b"poor")]
    told = loader.describe()
    assert (told.target_name, told.ignored) == ("label", ("id",))


def test_columns_by_port(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,title,kind,price\n1,2.5,red,x,9\n3,4.5,blue,y,8\n")
    loader = CsvLoader(
        path,
        shuffle=False,
        features={"sizes": ["b", "a"], "title": "title"},
        target={"kind": "kind", "cost": "price"},
    )
    (batch,) = loader
    assert batch["input"]["sizes"].tolist() == [[2.5, 1.0], [4.5, 3.0]]
    assert ids_of(loader, "title") == [list(b"red"), list(b"blue")]
    assert {port: column.tolist() for port, column in batch["target"].items()} == {
        "kind": [0, 1],
        "cost": [9, 8],
    }
    assert loader.class_names == {"kind": ["x", "y"]}


def test_numbers_and_texts_that_are_named_are_inputs_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,title,target.x,target.y\n1,red,0,1\n")
    loader = CsvLoader(path, features=["a", "title"])
    (batch,) = loader
    assert list(batch["input"]) == ["input", "title"]
    assert list(batch["target"]) == ["x", "y"]


def test_windows_of_characters(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abäc\nab", encoding="utf-8")
    loader = TextLoader(tmp_path / "a.txt", context=3, shuffle=False, tokenizer="characters")
    (batch,) = loader
    assert batch["input"].tolist() == [[2, 3, 5], [4, 1, 2]]
    assert str(loader.describe()).endswith("input int[3] (text as characters, 6 ids)")
    assert loader.place(1).source.text == "abäc"
    other = TextLoader(tmp_path / "a.txt", context=7, tokenizer="characters")
    (tmp_path / "b.txt").write_text("ba")
    train = TextLoader(tmp_path / "b.txt", context=2, tokenizer="characters")
    other.use_tokenizers(train.tokenizers)
    assert [batch["input"].tolist() for batch in other] == [[[1, 2, 0, 0, 0, 1, 2]]]


def test_text_that_is_not_utf8_has_no_characters(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"ab\ncd\xff\n")
    with pytest.raises(Exception, match="line 2 is not UTF-8 text"):
        TextLoader(tmp_path / "a.txt", context=2, tokenizer="characters")
    skipping = TextLoader(tmp_path / "a.txt", context=7, tokenizer="characters", on_error="skip")
    assert (
        skipping.tokenizers["input"].decode(skipping.columns["input"][0].tolist())
        == "ab\ncd\ufffd\n"
    )
