"""A format whose package is not installed says how to install it, in one line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from neuroscript.contracts import create_dataloader
from neuroscript.extras import ExtraMissingError


@pytest.mark.parametrize(
    ("module", "config", "extra"),
    [
        ("pyarrow", {"path": "a.parquet"}, "parquet"),
        ("PIL", {"path": "a", "format": "images"}, "images"),
        ("datasets", {"path": "a", "format": "huggingface"}, "huggingface"),
        ("tokenizers", {"path": "a.txt", "tokenizer": "a.json"}, "tokenizers"),
    ],
)
def test_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, config: dict[str, Any], extra: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a").mkdir()
    Image.new("L", (1, 1)).save("a/a.png")
    Path("a.json").write_text("{}")
    for loaded in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExtraMissingError) as raised:
        create_dataloader(config)
    (missing,) = raised.value.diagnostics
    assert missing.help == f'pip install "neuroscript[{extra}]"'
