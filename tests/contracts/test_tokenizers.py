from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.tokenizers import (
    Tokenizer,
    tokenizer_for,
    tokenizer_from_data,
)
from neuroscript.contracts.dataloader.tokenizers.bytes import ByteTokenizer
from neuroscript.contracts.dataloader.tokenizers.characters import CharacterTokenizer
from neuroscript.contracts.dataloader.tokenizers.file import FileTokenizer


@pytest.fixture(scope="module")
def word_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer of words, with a mark in front of and behind each text."""
    from tokenizers import Tokenizer as Library
    from tokenizers import models, pre_tokenizers, processors

    words = ["[UNK]", "[CLS]", "[SEP]", "a", "good", "film", "bad"]
    library = Library(models.WordLevel({word: i for i, word in enumerate(words)}, "[UNK]"))
    library.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    library.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    library.add_special_tokens(["[UNK]", "[CLS]", "[SEP]"])
    library.enable_padding(length=50)
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    library.save(str(path))
    return path


@given(st.text())
def test_bytes_come_back_as_the_text(text: str) -> None:
    assert ByteTokenizer().decode(ByteTokenizer().encode(text)) == text


@given(st.text(), st.text())
def test_characters_come_back_as_the_text(text: str, other: str) -> None:
    learner = CharacterTokenizer()
    codes = learner.stream(text)
    tokenizer, (ids,) = learner.learnt([codes])
    assert tokenizer.decode(ids.tolist()) == text
    assert tokenizer.encode(text) == ids.tolist()
    assert tokenizer.vocabulary == len(set(text)) + 1
    assert all(i < tokenizer.vocabulary for i in tokenizer.encode(other))
    assert tokenizer.decode(tokenizer.encode(other)) == "".join(
        c if c in text else "\ufffd" for c in other
    )


@given(st.text(min_size=1), st.text(min_size=1))
def test_ids_of_one_alphabet_become_those_of_another(text: str, other: str) -> None:
    mine, (ids,) = CharacterTokenizer().learnt([CharacterTokenizer().stream(text)])
    theirs, _ = CharacterTokenizer().learnt([CharacterTokenizer().stream(other)])
    assert mine.renumbered(ids, theirs).tolist() == theirs.encode(text)


def test_a_file_says_the_marks_and_leaves_padding_to_us(word_file: Path) -> None:
    tokenizer = FileTokenizer.read(word_file)
    assert tokenizer.encode("a good film") == [1, 3, 4, 5, 2]
    assert tokenizer.encode("what") == [1, 0, 2]
    assert tokenizer.stream("a good\nbad film\n").tolist() == [3, 4, 6, 5]
    assert tokenizer.decode([1, 3, 4, 2]) == "a good"
    assert (tokenizer.vocabulary, tokenizer.name) == (7, "tokenizer.json")
    assert FileTokenizer.read(word_file.parent).encode("a") == [1, 3, 2]


def test_a_cut_keeps_the_marks_of_a_file(word_file: Path) -> None:
    assert FileTokenizer.read(word_file, 3).encode("a good film") == [1, 3, 2]
    assert ByteTokenizer(2).encode("abc") == [97, 98]
    assert CharacterTokenizer("abc", 2).encode("cba") == [3, 2]


def test_long_texts_are_encoded_in_pieces(word_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from neuroscript.contracts.dataloader.tokenizers import file

    monkeypatch.setattr(file, "PIECE", 10)
    tokenizer = FileTokenizer.read(word_file)
    assert tokenizer.stream("a good film\nbad\n" * 20 + "film").tolist() == [3, 4, 5, 6] * 20 + [5]
    assert tokenizer.stream("").tolist() == []


@pytest.mark.parametrize("name", ["bytes", "characters", "file"])
def test_they_are_plain_data(name: str, word_file: Path) -> None:
    tokenizer: Tokenizer = tokenizer_for(str(word_file) if name == "file" else name, 5)
    tokenizer, _ = tokenizer.learnt([tokenizer.stream("a bad film, and ä good one")])
    again = tokenizer_from_data(json.loads(json.dumps(tokenizer.as_data())))
    assert again.as_data() == tokenizer.as_data()
    assert again.encode("a film") == tokenizer.encode("a film")
    assert (again.name, again.vocabulary) == (tokenizer.name, tokenizer.vocabulary)


def test_what_is_no_tokenizer(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text("{}")
    with pytest.raises(DataError, match="not a tokenizer of the `tokenizers` library"):
        tokenizer_for(str(path))
    path.write_bytes(b"\xff")
    with pytest.raises(DataError, match="not UTF-8"):
        tokenizer_for(str(path))
    with pytest.raises(DataError, match="cannot read"):
        tokenizer_for(str(tmp_path / "none.json"))
    with pytest.raises(ValueError, match="did you mean `bytes`"):
        tokenizer_for("byte")
    with pytest.raises(ValueError, match="`max_length` is at least 1"):
        tokenizer_for("bytes", 0)
