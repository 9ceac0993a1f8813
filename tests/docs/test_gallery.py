"""docs/gallery.md shows the examples, each with its configs and how it learns.

Run as a script, this renews the page, and trains anew what has changed since its curve was drawn.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

from curves import FOLDER, curves, digest, drawing, is_current, svg_of
from trained_examples import CONFIGS, EXAMPLES, ROOT, copy_examples, trained

from neuroscript.language import check_path

PAGE = ROOT / "docs" / "gallery.md"
HEAD = """\
# Gallery

Every example of [examples/](../examples), with its config and how it learns. Their data lie
[beside them](../examples/data/README.md). Each is trained by one command, in seconds, and the tests
hold it to what its config says it reaches. Losses are drawn on a logarithmic scale.

"""
SAID = re.compile(r"^# reaches: (\w+) (>=|<=) ([0-9.]+) ?\(?(.*?)\)?$", flags=re.MULTILINE)


def model_of(config: Path) -> dict[str, object]:
    model: dict[str, object] = yaml.safe_load(config.read_text(encoding="utf-8"))["model"]
    return model


def configs_of(example: Path) -> list[Path]:
    """The configs of an example, those that another one comes after first."""
    found = [c for c in CONFIGS if model_of(c)["file"] == f"examples/{example.name}"]
    return sorted(found, key=lambda config: "# after:" in config.read_text(encoding="utf-8"))


def summary(example: Path) -> str:
    """What the neuron that is trained says of itself, in a line."""
    neuron = model_of(configs_of(example)[0]).get("neuron")
    checked = check_path(example, neuron=neuron)
    return checked.signature(checked.entry).doc.partition("\n")[0]


def reached(config: Path) -> str:
    found = SAID.findall(config.read_text(encoding="utf-8"))
    signs = {">=": "at least", "<=": "at most"}
    return "; ".join(
        f"`{metric}` {signs[sign]} {bar}" + (f" ({note})" if note else "")
        for metric, sign, bar, note in found
    )


def article(example: Path) -> str:
    lines = [f"## {example.stem}", "", summary(example), ""]
    lines += ["```ns", example.read_text(encoding="utf-8").rstrip(), "```", ""]
    for config in configs_of(example):
        lines += [f"`neuroscript fit configs/{config.name}`", ""]
        lines += ["```yaml", config.read_text(encoding="utf-8").rstrip(), "```", ""]
        lines += [f"![How it learns](gallery/{svg_of(config).name})", ""]
        lines += [f"Reaches {reached(config)}.", ""]
    return "\n".join(lines)


def contents() -> str:
    rows = [f"| [{e.stem}](#{e.stem}) | {summary(e)} |\n" for e in EXAMPLES]
    return "".join(["| | |\n|---|---|\n", *rows, "\n"])


def page() -> str:
    return HEAD + contents() + "\n".join(map(article, EXAMPLES))


def draw(config: Path) -> None:
    """Trains a config, its test data held against it after each epoch, and draws its losses."""
    data = yaml.safe_load(config.read_text(encoding="utf-8"))["data"]
    overrides = {"training.log_every": 10, "training.logger": "csv"}
    if "val" not in data and "test" in data:
        overrides["data.val"] = data["test"]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        copy_examples(Path(folder))
        runner = trained(config, **overrides)
        found = curves(runner.run_dir / "metrics.csv")
    held_out = "val" if "val" in data else "test"
    svg_of(config).write_text(drawing(found, held_out, digest(config)), encoding="utf-8")


RENEW = f"renew it: python {Path(__file__).relative_to(ROOT)}"


def test_the_page_shows_the_examples_as_they_are() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), RENEW


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.stem)
def test_the_curve_is_of_the_example_as_it_is(config: Path) -> None:
    assert is_current(config), RENEW


def test_no_other_curve_is_there() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {svg_of(c).name for c in CONFIGS}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for config in CONFIGS:
        if not is_current(config):
            draw(config)
    PAGE.write_text(page(), encoding="utf-8")
