"""Every example is trained as its config says, and reaches what its config says it reaches."""

from __future__ import annotations

import operator
import re
from pathlib import Path

import pytest
from trained_examples import CONFIGS, EXAMPLES, ROOT, bars, copy_examples, trained

from neuroscript.config import load_config
from neuroscript.convert import read_weights
from neuroscript.language import check_path


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.stem)
def test_it_reaches_what_its_config_says(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert bars(config), "a config of an example says what it reaches"
    runner = trained(config)
    for metric, sign, bar in bars(config):
        holds = operator.ge if sign == ">=" else operator.le
        assert holds(runner.metrics[metric], float(bar)), (metric, runner.metrics[metric])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_it_is_documented_and_without_a_warning(example: Path) -> None:
    checked = check_path(example)
    assert checked.diagnostics == ()
    assert [n.name.text for n in checked.program.neurons if not n.doc] == []


def test_every_example_has_a_config() -> None:
    trained = {load_config(config).model.file for config in CONFIGS}
    assert trained == {f"examples/{example.name}" for example in EXAMPLES}


def test_every_data_file_has_its_origin_written_beside_it() -> None:
    readme = (ROOT / "examples" / "data" / "README.md").read_text(encoding="utf-8")
    folder = ROOT / "examples" / "data"
    data = [file for file in folder.iterdir() if file.is_file() and file.suffix != ".md"]
    shown = [re.sub(r"\.jsonl$", "", f.name) if "iris" in f.name else f.name for f in data]
    assert [name for name in shown if name not in readme] == []


def test_the_data_are_small() -> None:
    data = (ROOT / "examples" / "data").glob("*.*")
    assert sum(file.stat().st_size for file in data) < 3_000_000


def test_lora_keeps_the_weights_that_it_starts_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    runner = trained(ROOT / "configs" / "lora.yml", epochs=1)
    start = read_weights(tmp_path / "runs/lora_base/latest/checkpoints/last.pt")
    after = runner.model.state_dict()
    kept = {n: v for n, v in start.items() if ".base." in n or ".k." in n or ".ffn." in n}
    assert len(kept) == 2 * (4 + 2 + 4)
    assert [name for name, value in kept.items() if not value.equal(after[name])] == []
    assert not start["head.weight"].equal(after["head.weight"])
    assert after["blocks.0.q.lora_b.weight"].any()
