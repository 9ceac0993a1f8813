from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from neuroscript.contracts import ContractError, create_dataloader
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.huggingface import HuggingFaceLoader

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import datasets


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched, and the cache lies in a folder of the test."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)


def reviews(rows: int = 4) -> Any:
    """Texts of two classes, whose names stand in the dataset's features."""
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    texts = [f"text {i}" for i in range(rows)]
    return datasets.Dataset.from_dict(
        {"text": texts, "label": [i % 2 for i in range(rows)]}, features
    )


def test_a_folder_is_known_by_what_it_holds(tmp_path: Path) -> None:
    reviews().save_to_disk(tmp_path / "saved")
    loader = create_dataloader({"path": str(tmp_path / "saved"), "shuffle": False})
    assert isinstance(loader, HuggingFaceLoader)
    (batch,) = loader
    assert bytes(batch["input"][3].tolist()) == b"text 3"
    assert batch["target"].tolist() == [0, 1, 0, 1]
    assert loader.class_names == {"target": ["bad", "good"]}
    assert loader.sample_line(2) == (tmp_path / "saved", 3)


def test_the_split_of_a_folder_with_several(tmp_path: Path) -> None:
    splits = {"train": reviews(4), "validation": reviews(3), "test": reviews(2)}
    datasets.DatasetDict(splits).save_to_disk(tmp_path / "saved")
    for split, rows in (("train", 4), ("val", 3), ("test", 2)):
        assert len(HuggingFaceLoader(tmp_path / "saved", split=split).table) == rows
    del splits["test"]
    datasets.DatasetDict(splits).save_to_disk(tmp_path / "less")
    with pytest.raises(DataError, match="no split for test: it has train, validation"):
        HuggingFaceLoader(tmp_path / "less", split="test")


def test_a_dataset_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets" / "train.csv").write_text("x,y\n" + "1.5,2\n" * 10)
    (tmp_path / "pets" / "test.csv").write_text("x,y\n2.5,2\n")
    config = {"format": "huggingface", "dataset": str(tmp_path / "pets")}
    train = create_dataloader(config)
    assert isinstance(train, HuggingFaceLoader)
    assert (len(train.table), train.columns["input"].shape) == (10, (10, 1))
    part = create_dataloader(config | {"path": "train[:30%]"})
    assert len(part.table) == 3  # type: ignore[attr-defined]
    with pytest.raises(DataError, match=r"split `validation`"):
        create_dataloader(config | {"path": "validation"})


def test_vectors_and_missing_values(tmp_path: Path) -> None:
    rows = {"v": [[1.0, 2.0], [3.0, None], [5.0, 6.0]], "y": [1, 2, 3]}
    datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "saved")
    with pytest.raises(DataError) as raised:
        HuggingFaceLoader(tmp_path / "saved")
    (wrong,) = raised.value.diagnostics
    assert (wrong.code, wrong.line) == ("ND109", 2)
    loader = HuggingFaceLoader(tmp_path / "saved", on_error="skip", shuffle=False)
    assert loader.columns["input"].tolist() == [[1, 2], [5, 6]]  # type: ignore[union-attr]
    arrays = datasets.Features(
        {"x": datasets.Array2D((2, 2), "float32"), "y": datasets.Value("int8")}
    )
    grid = datasets.Dataset.from_dict({"x": [[[1, 2], [3, 4]]], "y": [1]}, arrays)
    grid.save_to_disk(tmp_path / "grid")
    assert HuggingFaceLoader(tmp_path / "grid").columns["input"].shape == (1, 2, 2)


def test_what_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read"):
        HuggingFaceLoader(tmp_path)
    with pytest.raises(DataError, match="cannot read `no_such/dataset`"):
        HuggingFaceLoader(dataset="no_such/dataset")
    with pytest.raises(ContractError, match="`dataset` names what to load"):
        create_dataloader({"format": "huggingface"})
