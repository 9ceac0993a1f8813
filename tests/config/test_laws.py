from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neuroscript.config import ConfigError, load_config
from neuroscript.config.dump import to_yaml
from neuroscript.config.yaml12 import read_yaml
from neuroscript.diagnostics import Sink, Source

KEYS = st.sampled_from(
    ["model", "data", "training", "run", "task", "plugins", "file", "train", "lr", "epochs", "name"]
)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["C"]))
    | st.sampled_from(
        ["1e-3", "no", "12:30", "0x1F", "0o7", "~", "1_000", "2026-11-24", ".5", "="]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            KEYS | st.text(st.characters(exclude_categories=["C"])), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN)
def test_what_is_dumped_is_what_is_read(data: Any) -> None:
    sink = Sink()
    document = read_yaml(Source("dumped", to_yaml(data)), sink)
    assert sink.errors == []
    assert document.data == data


@settings(max_examples=200, deadline=None)
@given(PLAIN)
def test_other_readers_of_yaml_find_the_same_text(data: Any) -> None:
    """Text is quoted wherever YAML 1.1 would read something else."""
    read = yaml.safe_load(to_yaml({"value": data}))["value"]
    assert _texts(read) == _texts(data)


def _texts(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_texts(value) for value in data]
    return data if isinstance(data, str) else None


def is_read_or_told(path: Path, overrides: list[str]) -> None:
    """Either a config that can be dumped and read again, or diagnostics that can be shown."""
    try:
        dumped = load_config(path, overrides).dump()
    except ConfigError as error:
        shown = str(error)
    else:
        shown = ""
        path.write_text(dumped, encoding="utf-8")
        assert load_config(path).dump() == dumped
    assert not shown or shown.startswith("error[N")


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, PLAIN, max_size=5).map(to_yaml) | st.text(max_size=40))
@example("model: " + "[" * 500)
@example("training: {epochs: " + "9" * 5000 + "}")
@example("training: {lr: .nan}")
@example("training: {lr: .inf}")
@example("? [a, b]\n: 1")
@example("a: &x 1\nb: *y")
@example("--- 1\n--- 2")
@example("training: {seed: 99999999999999999999}")
@example("? ? a")
@example("<<: {lr: 1}")
@example("training: !!float x")
@example("training: {optimizer: {1: 2}}")
@example("\x00")
@example("model: \U0001f600\nlr: 3")
def test_whatever_a_config_holds_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("law") / "config.yml"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    is_read_or_told(path, [])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(max_size=20) | st.builds("training.{}={}".format, KEYS, st.text()), max_size=3)
)
@example(["training=3", "training.lr=3"])
@example(["=", "a..b=1", "training.lr="])
@example(["plugins.0=a.py"])
def test_whatever_the_arguments_are_they_are_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, overrides: list[str]
) -> None:
    path = tmp_path_factory.mktemp("law") / "config.yml"
    path.write_text("training: {epochs: 3}\n")
    is_read_or_told(path, overrides)
