from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from neuroscript.config import load_config
from neuroscript.contracts import ContractError, create_dataloader
from neuroscript.contracts.choose import choose_format


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.jsonl", "jsonl"),
        ("A.JSONL", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.csv", "csv"),
        ("a.tsv", "csv"),
        ("a.txt", "text"),
        ("a.parquet", "parquet"),
        ("a.npz", "npz"),
        ("a", "jsonl"),
        (["a.csv", "b.csv"], "csv"),
        (Path("a.csv"), "csv"),
    ],
)
def test_the_suffix_decides(path: Any, name: str) -> None:
    assert choose_format({"path": path}) == name


@pytest.mark.parametrize("path", ["a.xyz", ["a.csv", "a.jsonl"], None])
def test_what_nothing_takes(path: Any) -> None:
    with pytest.raises(ContractError) as raised:
        choose_format({"path": path})
    assert raised.value.diagnostics[0].code == "NR111"
    assert "data.format" in str(raised.value.diagnostics[0].help)


def test_mistakes_in_the_data_section_are_told_at_their_key(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,y\n1,2\n")
    config = load_config({"data": {"train": "a.csv", "featurs": ["a"], "shufle": True}})
    settings = {**config.data.options, "path": str(tmp_path / "a.csv")}
    with pytest.raises(ContractError) as raised:
        create_dataloader(settings, where=config.at("data", "format"))
    found = [(d.span.text, d.help) for d in raised.value.diagnostics]
    assert found == [
        ("featurs", "did you mean `features`?"),
        ("shufle", "did you mean `shuffle`?"),
    ]
