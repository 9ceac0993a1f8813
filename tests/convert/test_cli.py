"""`neuroscript convert`: what it prints is in goldens/; UPDATE_GOLDENS=1 renews it."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hub_models import MODELS, made

from neuroscript.cli import run
from neuroscript.convert import convert, read_weights, write_weights

GOLDENS = Path(__file__).parent / "goldens"

GPT2 = "gpt2/model.safetensors"

KEYS = {
    "activation_function", "depths", "embedding_size", "hidden_size", "hidden_sizes", "id2label",
    "intermediate_size", "layer_type", "max_position_embeddings", "model_type", "n_embd", "n_head",
    "n_layer", "n_positions", "num_attention_heads", "num_hidden_layers", "num_key_value_heads",
    "rms_norm_eps", "rope_parameters", "rope_theta", "rope_scaling", "vocab_size",
}  # fmt: skip


def change(folder: Path, what: Callable[[dict[str, torch.Tensor]], object]) -> None:
    state = read_weights(folder / GPT2)
    what(state)
    write_weights(folder / GPT2, state)


def damage(folder: Path) -> None:
    def what(state: dict[str, torch.Tensor]) -> None:
        del state["transformer.ln_f.bias"]
        state["transformer.h.0.attn.c_atn.weight"] = state.pop("transformer.h.0.attn.c_attn.weight")
        state["transformer.h.1.mlp.c_proj.weight"] = torch.zeros(8, 32)

    change(folder, what)


def relu(folder: Path) -> None:
    path = folder / "gpt2/config.json"
    data = {**json.loads(path.read_text()), "activation_function": "relu", "n_head": "2"}
    path.write_text(json.dumps(data, indent=2, sort_keys=True))


def masks(folder: Path) -> None:
    change(folder, lambda state: state.update({
        "transformer.h.0.attn.bias": torch.ones(1, 1, 16, 16),
        "lm_head.weight": state["transformer.wte.weight"].clone(),
    }))  # fmt: skip


def cut(folder: Path) -> None:
    path = folder / GPT2
    path.write_bytes(path.read_bytes()[:-100])


def broken_config(folder: Path) -> None:
    (folder / "gpt2/config.json").write_text('{"n_embd": 8,\n "n_layer": }')


def ours(folder: Path) -> None:
    write_weights(folder / "ours.safetensors", convert(read_weights(folder / GPT2), "gpt2").state)


def wrapped(folder: Path) -> None:
    state = convert(read_weights(folder / GPT2), "gpt2").state
    inside = {f"model.{name}": tensor for name, tensor in state.items()}
    write_weights(folder / "ours.safetensors", inside | {"head.weight": torch.zeros(2, 2)})


def wrapped_alone(folder: Path) -> None:
    wrapped(folder)
    state = read_weights(folder / "ours.safetensors")
    del state["head.weight"]
    write_weights(folder / "ours.safetensors", state)


def with_few_keys(folder: Path) -> None:
    """Leave of each config.json what has not changed in any version of transformers."""
    for path in folder.glob("*/config.json"):
        data = json.loads(path.read_text())
        kept = {key: data[key] for key in sorted(KEYS & data.keys())}
        path.write_text(json.dumps(kept, indent=2))


def nothing(folder: Path) -> None:
    pass


TO = ["--to", "gpt2", "-o", "w.safetensors"]
FROM = ["--from", "gpt2", "-o", "gpt2"]
CASES: dict[str, tuple[list[str], Callable[[Path], None], int]] = {
    "gpt2": (["gpt2", *TO], nothing, 0),
    "llama3": (["llama3", "--to", "llama", "-o", "w.safetensors"], nothing, 0),
    "resnet": (["resnet-basic", "--to", "resnet", "-o", "w.safetensors"], nothing, 0),
    "left_out": (["gpt2", *TO], masks, 0),
    "damaged": (["gpt2", *TO], damage, 1),
    "partial": (["gpt2", *TO, "--partial"], damage, 0),
    "other_config": (["gpt2", *TO], relu, 1),
    "broken_config": (["gpt2", *TO], broken_config, 1),
    "cut": (["gpt2", *TO], cut, 1),
    "other_model": (["llama", *TO], nothing, 1),
    "other_names": (["ours.safetensors", *TO], ours, 1),
    "other_size": (["resnet-basic", "--to", "resnet50", "-o", "w.safetensors"], nothing, 1),
    "back": (["ours.safetensors", "--from", "gpt2", "-o", "gpt2"], ours, 0),
    "back_of_another": (["ours.safetensors", "--from", "gpt2", "-o", "shards"], ours, 0),
    "part": (["ours.safetensors", *FROM, "--part", "model"], wrapped, 0),
    "part_not_named": (["ours.safetensors", *FROM], wrapped_alone, 1),
    "no_such_part": (["ours.safetensors", *FROM, "--part", "modle"], wrapped, 2),
    "part_of_theirs": (["gpt2", *TO, "--part", "model"], nothing, 2),
    "no_file": (["gone", *TO], nothing, 1),
    "no_folder": (["gpt2", "--to", "gpt2", "-o", "no/w.safetensors"], nothing, 1),
    "no_weights": (["empty", *TO], lambda folder: (folder / "empty").mkdir(), 1),
    "unknown_model": (["gpt2", "--to", "gtp2", "-o", "w.safetensors"], nothing, 2),
    "no_direction": (["gpt2", "-o", "w.safetensors"], nothing, 2),
    "suffix": (["gpt2", "--to", "gpt2", "-o", "w.pt"], nothing, 2),
    "itself": (["gpt2", "--to", "gpt2", "-o", "gpt2/model.safetensors"], nothing, 2),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(
    name: str,
    hub: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments, prepare, code = CASES[name]
    for model in ("gpt2", "llama", "llama3", "resnet-basic", "shards"):
        shutil.copytree(hub / model, tmp_path / model)
    with_few_keys(tmp_path)
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert run(["convert", *arguments]) == code
    printed = capsys.readouterr()
    text = f"$ neuroscript convert {' '.join(arguments)}\n{printed.err}{printed.out}"
    golden = GOLDENS / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(text)
    assert text == golden.read_text()
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    if code:
        assert after == before, "nothing is written on errors"


def test_each_golden_has_its_case() -> None:
    assert sorted(path.stem for path in GOLDENS.iterdir()) == sorted(CASES)


@pytest.mark.parametrize("name", MODELS)
def test_there_and_back_is_the_same_file(
    name: str, hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    family, make = MODELS[name]
    weights, back = tmp_path / "w.safetensors", tmp_path / "back"
    back.mkdir()
    shutil.copy(hub / name / "config.json", back)
    assert run(["convert", str(hub / name), "--to", family, "-o", str(weights)]) == 0
    assert run(["convert", str(weights), "--from", family, "-o", str(back)]) == 0
    first, second = read_weights(hub / name), read_weights(back)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[key], second[key]) for key in first)
    model = type(made(make)).from_pretrained(back)
    assert all(torch.equal(a, b) for a, b in zip(
        model.state_dict().values(), made(make).state_dict().values(), strict=True
    ))  # fmt: skip
