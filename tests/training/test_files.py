"""Files of every kind, from a config to a run."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from neuroscript.config import check_config, load_config
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, load_run, plan

TEXTS = "in:\n    text: [batch, seq] int\n    mask: [batch, seq]\nout: [batch, 2]"
READ = """text -> Embedding({}, 4) -> x
        (x, mask) -> MaskedMeanPool() -> Linear(4, 2) -> out"""


def reviews(folder, name="reviews.csv"):
    rows = [("good", "what a film"), ("bad", "oh no"), ("good", "well done"), ("bad", "a bore")]
    text = "".join(f"{label},{words}\n" for label, words in rows)
    folder.write(name, f"label,text\n{text}")


def test_texts_are_classified(folder):
    reviews(folder)
    config = folder.neuron(TEXTS, READ.format(256), "{train: reviews.csv}")
    chosen = plan(config)
    assert chosen.task == "classification"
    assert "input int[5…11] (text as bytes, 256 ids)" in chosen.data
    runner = fit(config, **{"training.epochs": 1})
    encoding = load_run(runner.run_dir).module.state.encoding
    batch = encoding.encode_rows([{"text": "a film"}, {"text": "oh"}])
    assert batch["lengths"].tolist() == [6, 2]
    assert bytes(batch["input"][1].tolist()) == b"oh\0\0\0\0"


def test_a_vocabulary_that_is_too_small_names_the_tokenizer(folder):
    reviews(folder)
    config = folder.neuron(TEXTS, READ.format(8), "{train: reviews.csv, tokenizer: characters}")
    with pytest.raises(NeuroScriptError) as raised:
        plan(config)
    (wrong,) = raised.value.diagnostics
    assert wrong.code == "NT113"
    assert "the tokenizer `characters` has 16 ids, and the embedding knows 8" in wrong.message
    assert (wrong.file, wrong.labels[0].span.source.name) == ("reviews.csv", "net.ns")
    folder.neuron(TEXTS, READ.format(16), "{train: reviews.csv, tokenizer: characters}")
    assert plan(config).task == "classification"


def test_the_alphabet_of_training_holds_for_other_splits(folder):
    reviews(folder)
    folder.write("val.csv", "label,text\ngood,zzz a\n")
    data = "{train: reviews.csv, val: val.csv, tokenizer: characters}"
    config = folder.neuron(TEXTS, READ.format(16), data)
    runner = fit(config, **{"training.epochs": 1})
    val = runner.datamodule.data.val
    assert val.columns["input"].tolist() == [[0, 0, 0, 1, 2]]


def test_the_file_of_a_tokenizer_lies_beside_the_config(folder):
    from tokenizers import Tokenizer, models

    reviews(folder, "sub/reviews.csv")
    Tokenizer(models.WordLevel({"[UNK]": 0, "oh": 1}, "[UNK]")).save("sub/words.json")
    folder.neuron(TEXTS, READ.format(2), "{train: reviews.csv, tokenizer: words.json}")
    config = folder.path / "net.yml"
    config = config.rename(folder.path / "sub" / "net.yml")
    (folder.path / "net.ns").rename(folder.path / "sub" / "net.ns")
    assert "text as words.json, 2 ids" in plan(config).data
    missing = load_config(config, overrides=["data.tokenizer=word.json"])
    with pytest.raises(NeuroScriptError) as raised:
        check_config(missing)
    (wrong,) = raised.value.diagnostics
    assert (wrong.code, wrong.help) == ("NC107", wrong.help)
    assert "words.json" in str(wrong.help)
    runner = fit(config, **{"training.epochs": 1})
    kept = load_config(runner.run_dir / "config.yml")
    assert kept.data.options["tokenizer"] == str(folder.path / "sub" / "words.json")


def test_what_was_skipped_is_told_for_each_split(folder):
    folder.rows("a.jsonl", [([0.0, 1.0], [1.0]), ([0.0], "oops"), ([1.0, 1.0], [0.0])])
    folder.rows("b.jsonl", [([0.0, "x"], [1.0]), ([0.0, 1.0], [1.0])])
    config = folder.neuron(
        "in: [batch, 2]\nout: [batch, 1]",
        "in -> Linear(2, 1) -> out",
        "{train: a.jsonl, val: b.jsonl, test: 0.5, on_error: skip}",
    )
    chosen = plan(config)
    assert chosen.data.endswith("skipped 1 damaged line: a.jsonl:2")
    assert chosen.val == "b.jsonl   1 sample   skipped 1 damaged line: b.jsonl:1"
    assert "skipped" not in str(chosen.test)


def test_images_are_fractions_whatever_is_embedded(folder):
    from PIL import Image

    for name, value in (("dark", 0), ("light", 255)):
        (folder.path / "shades" / name).mkdir(parents=True)
        Image.new("L", (2, 2), value).save(folder.path / "shades" / name / "1.png")
    config = folder.neuron(
        "in: [batch, 1, 2, 2]\nout: [batch, 2]",
        "in -> Flatten() -> Linear(4, 2) -> out",
        "{train: shades}",
    )
    chosen = plan(config)
    assert (chosen.task, chosen.class_names) == ("classification", ("dark", "light"))
    assert "images   2 samples   input float[1, 2, 2]" in chosen.data
    runner = fit(config, **{"training.epochs": 1})
    encoding = load_run(runner.run_dir).module.state.encoding
    assert encoding.encode_rows(["shades/light/1.png"])["input"].equal(torch.ones(1, 1, 2, 2))


def test_arrays_of_bytes_are_given_as_fractions(folder):
    np.savez("a.npz", x=np.eye(4, dtype=np.uint8).reshape(4, 2, 2), y=[0, 1, 0, 1])
    config = folder.neuron(
        "in: [batch, 2, 2]\nout: [batch, 2]",
        "in -> Flatten() -> Linear(4, 2) -> out",
        "{train: a.npz, test: 0.5}",
    )
    assert plan(config).task == "classification"
    assert fit(config, **{"training.epochs": 1}).metrics


def test_a_dataset_of_the_hub_has_a_name(folder):
    folder.write("pets/train.csv", "x,y\n1.5,2.5\n2.5,3.5\n")
    folder.write("pets/test.csv", "x,y\n1.5,2.5\n")
    config = folder.neuron(
        "in: [batch, 1]\nout: [batch, 1]",
        "in -> Linear(1, 1) -> out",
        f"{{format: huggingface, dataset: {folder.path}/pets, test: test}}",
    )
    chosen = plan(config)
    assert "huggingface   2 samples" in chosen.data
    assert chosen.test == "test   1 sample"
