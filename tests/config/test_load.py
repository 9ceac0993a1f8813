from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from neuroscript.config import Config, ConfigError, config_schema, load_config

XOR = """\
model: {neuron: XOR, file: examples/01-xor.ns}
data: {train: examples/data/xor_train.jsonl}
training: {epochs: 1000, lr: 0.01}
"""


def write(folder: Path, text: str, name: str = "config.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def place(config: Config, key: str) -> tuple[str, int, int, str]:
    span = config.where(key)
    assert span is not None
    return span.source.name, span.line, span.column, span.text


def test_three_lines_are_a_config(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, XOR))
    assert (config.model.neuron, config.model.file) == ("XOR", "examples/01-xor.ns")
    assert config.data.train == "examples/data/xor_train.jsonl"
    assert (config.epochs, config.training.lr, config.batch_size) == (1000, 0.01, 32)
    assert (config.training.optimizer, config.training.logger) == ("adam", "console")
    assert (config.training.checkpoint, config.training.log_every) == ("torch", None)
    assert (config.training.loss, config.task, config.training.seed) == (None, None, 42)
    assert config.name == "config"


def test_every_value_knows_its_place(tmp_path: Path) -> None:
    path = write(
        tmp_path, "training:\n  loss: {name: huber, delta: 2.0}\n  logger: [console, csv]\n"
    )
    config = load_config(path)
    assert place(config, "training.loss.name") == (str(path), 2, 16, "huber")
    assert place(config, "training.loss") == (str(path), 2, 9, "{name: huber, delta: 2.0}")
    assert place(config, "training.logger.1") == (str(path), 3, 21, "csv")
    key = config.where_key("training.loss.delta")
    assert key is not None and key.text == "delta"
    assert config.where("training.lr") is None


def test_a_component_tells_the_place_of_its_name_and_options(tmp_path: Path) -> None:
    text = "data: {train: a, format: huggingface, name: wikitext}\ntraining: {loss: mse}\n"
    config = load_config(write(tmp_path, text))
    data, loss = config.at("data", "format"), config.at("training.loss")
    assert [span.text for span in (data(None), data("name"), loss(None)) if span] == [
        "huggingface",
        "name",
        "mse",
    ]


def test_scalars_are_those_of_yaml_1_2() -> None:
    params = load_config(
        {"model": {"params": {}}},
        [
            "model.params.a=1e-3",
            "model.params.b=no",
            "model.params.c=12:30",
            "model.params.d=0o17",
            "model.params.e=010",
            "model.params.f=-.inf",
            "model.params.g=.nan",
            "model.params.h=True",
            "model.params.i=~",
            "model.params.j='1'",
            "model.params.k=2026-11-24",
            "model.params.l=[1, 2.5, {a: x}]",
        ],
    ).model.params
    assert math.isnan(params.pop("g"))
    assert params == {
        "a": 0.001,
        "b": "no",
        "c": "12:30",
        "d": 15,
        "e": 10,
        "f": -math.inf,
        "h": True,
        "i": None,
        "j": "1",
        "k": "2026-11-24",
        "l": [1, 2.5, {"a": "x"}],
    }


def test_overrides_win_and_know_that_they_were_arguments(tmp_path: Path) -> None:
    path = write(tmp_path, XOR)
    config = load_config(path, ["training.lr=1e-2", "training.steps=7", "run.name=mine"])
    assert (config.training.lr, config.training.steps, config.name) == (0.01, 7, "mine")
    assert place(config, "training.lr") == ("<command line>", 1, 13, "1e-2")
    assert place(config, "training.epochs")[0] == str(path)


def test_an_override_gives_a_named_component_an_option() -> None:
    config = load_config({"training": {"optimizer": "sgd"}}, ["training.optimizer.momentum=0.9"])
    assert config.training.optimizer == {"name": "sgd", "momentum": 0.9}


def test_overrides_of_a_config_leave_it_as_it_was() -> None:
    config = load_config({"training": {"lr": 0.5}})
    other = load_config(config, ["training.lr=0.25"])
    assert (config.training.lr, other.training.lr) == (0.5, 0.25)
    assert load_config(config) is config


def test_the_environment_fills_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NS_DATA", "/data")
    monkeypatch.setenv("NS_EPOCHS", "12")
    text = "data: {train: '${env:NS_DATA}/a.jsonl'}\ntraining: {epochs: '${env:NS_EPOCHS}'}\n"
    config = load_config(write(tmp_path, text))
    assert (config.data.train, config.training.epochs) == ("/data/a.jsonl", 12)


@pytest.mark.parametrize(
    ("given", "epochs"),
    [({}, 10), ({"epochs": 3}, 3), ({"steps": 7}, None), ({"epochs": 3, "steps": 7}, 3)],
)
def test_epochs_are_ten_unless_something_is_said(given: dict[str, int], epochs: int | None) -> None:
    assert load_config({"training": given}).epochs == epochs


@pytest.mark.parametrize("section", ["data", "training"])
def test_either_place_says_the_batch_size(section: str) -> None:
    assert load_config({section: {"batch_size": 8}}).batch_size == 8


def test_a_dump_is_resolved_and_can_be_read_back(tmp_path: Path) -> None:
    given = {
        "model": {"file": "a.ns", "params": {"version": "1e-5", "flag": "no", "at": "12:30"}},
        "data": {"train": ["a", "b"], "context": 64, "nested": {"x": 1e-5}},
        "training": {"loss": {"name": "huber", "delta": 2.0}, "precision": "16-mixed"},
    }
    config = load_config(given, ["training.lr=1e-5"])
    dumped = config.dump()
    again = load_config(write(tmp_path, dumped))
    assert again.dump() == dumped
    assert again.model == config.model
    assert again.data.options == config.data.options == {"context": 64, "nested": {"x": 1e-5}}
    assert (again.epochs, again.training.epochs, again.training.batch_size) == (10, 10, 32)
    assert again.training.lr == 1e-5


def test_paths_are_looked_up_beside_the_config_then_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, here = tmp_path / "own", tmp_path / "here"
    for folder, names in ((own, ["a.ns"]), (here, ["a.ns", "b.ns"])):
        folder.mkdir()
        for name in names:
            write(folder, "", name)
    monkeypatch.chdir(here)
    config = load_config(write(own, "model: {file: a.ns}\ndata: {train: b.ns, val: c.ns}\n"))
    assert config.resolve("model.file") == own / "a.ns"
    assert config.resolve("data.train").resolve() == here / "b.ns"
    with pytest.raises(ConfigError) as raised:
        config.resolve("data.val")
    (missing,) = raised.value.diagnostics
    assert (missing.code, missing.line, missing.span.text) == ("NC107", 2, "c.ns")
    assert str(own / "c.ns") in str(missing.help)
    assert str(here / "c.ns") in str(missing.help)


def test_a_missing_path_suggests_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, "", "train.jsonl")
    config = load_config(write(tmp_path, "data: {train: trian.jsonl}\n"))
    with pytest.raises(ConfigError, match=r"did you mean `train\.jsonl`\?"):
        config.resolve("data.train")


def test_lists_and_globs_name_many_files(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c.csv"):
        write(tmp_path, "", name)
    config = load_config(write(tmp_path, 'data: {train: ["*.jsonl", c.csv], val: "*.parquet"}\n'))
    assert [p.name for p in config.resolve_all("data.train")] == ["a.jsonl", "b.jsonl", "c.csv"]
    with pytest.raises(ConfigError, match="nothing matches"):
        config.resolve_all("data.val")


def test_a_missing_key_is_told_at_its_section(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, "data: {}\nmodel: {neuron: XOR}\n"))
    error = config.missing("model.file")
    (missing,) = error.diagnostics
    assert (missing.message, missing.line, missing.span.text) == (
        "`model.file` is missing",
        2,
        "model",
    )


@pytest.mark.parametrize("name", ["nowhere.yml", "."])
def test_a_config_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot read") as raised:
        load_config(tmp_path / name)
    assert raised.value.exit_code == 2


def test_a_config_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    path.write_bytes(b"model: \xff\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(path)


def test_a_dict_holds_plain_values_only() -> None:
    with pytest.raises(ConfigError, match="plain values"):
        load_config({"training": {"loss": object()}})


def test_windows_line_ends_and_byte_order_marks(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    path.write_bytes(b"\xef\xbb\xbftraining:\r\n  lr: fast\r\n")
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    (wrong,) = raised.value.diagnostics
    assert (wrong.line, wrong.column, wrong.span.text) == (2, 7, "fast")


def test_the_schema_refuses_what_the_config_refuses() -> None:
    schema = config_schema()
    json.dumps(schema)
    assert schema["additionalProperties"] is False
    training = schema["$defs"]["TrainingSection"]
    assert training["additionalProperties"] is False
    assert training["properties"]["lr"]["anyOf"][0]["exclusiveMinimum"] == 0
    assert schema["$defs"]["DataSection"]["additionalProperties"] is True


def test_reading_a_config_imports_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from neuroscript.config import load_config, config_schema; "
        f"load_config({str(write(tmp_path, XOR))!r}).dump(); config_schema(); "
        "print([m for m in ('torch', 'lightning', 'numpy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
