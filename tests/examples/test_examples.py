"""Every example is trained as its config says, and reaches what its config says it reaches."""

from __future__ import annotations

import operator
import re
from pathlib import Path

import pytest

from neuroscript import fit
from neuroscript.config import load_config
from neuroscript.language import check_path

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples").glob("*.ns"))
REACHES = re.compile(r"^# reaches: (\w+) (>=|<=) ([0-9.]+)", flags=re.MULTILINE)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.stem)
def test_it_reaches_what_its_config_says(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    bars = REACHES.findall(config.read_text(encoding="utf-8"))
    assert bars, "a config of an example says what it reaches"
    runner = fit(config, **{"run.dir": str(tmp_path)})
    for metric, sign, bar in bars:
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
    data = [file for file in (ROOT / "examples" / "data").iterdir() if file.suffix != ".md"]
    shown = [re.sub(r"\.jsonl$", "", f.name) if "iris" in f.name else f.name for f in data]
    assert [name for name in shown if name not in readme] == []
