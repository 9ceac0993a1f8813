"""Files of weights: whole, sharded, pickled, damaged."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from neuroscript.contracts import CheckpointMetadata
from neuroscript.contracts.checkpoint.safetensors import SafetensorsCheckpoint
from neuroscript.contracts.checkpoint.torch import TorchCheckpoint
from neuroscript.convert import WeightsError, read_weights, write_weights

INDEX = "model.safetensors.index.json"


@pytest.fixture
def shards(hub: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(hub / "shards", tmp_path / "shards"))


def test_shards_are_one_model(hub: Path, shards: Path) -> None:
    whole = read_weights(hub / "gpt2")
    for source in (shards, shards / INDEX):
        state = read_weights(source)
        assert state.keys() == whole.keys()
        assert all(torch.equal(state[name], whole[name]) for name in whole)


@pytest.mark.parametrize(
    ("index", "told"),
    [
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", "it has no `weight_map`"),
        ('{"weight_map": {"a": 3}}', "it has no `weight_map`"),
        ('{"weight_map": {"a": "gone.safetensors"}}', "no such file beside it"),
        ('{"weight_map": {"a": "../x.safetensors"}}', "not in its folder"),
    ],
)
def test_damaged_lists_of_shards(shards: Path, index: str, told: str) -> None:
    (shards / INDEX).write_text(index)
    with pytest.raises(WeightsError, match=told):
        read_weights(shards)


def test_a_shard_that_lacks_what_the_list_says(shards: Path) -> None:
    data = json.loads((shards / INDEX).read_text())
    data["weight_map"]["transformer.extra"] = data["weight_map"]["transformer.wte.weight"]
    (shards / INDEX).write_text(json.dumps(data))
    with pytest.raises(WeightsError, match=r"it lacks `transformer.extra`"):
        read_weights(shards)


def test_pickles_of_tensors(hub: Path, tmp_path: Path) -> None:
    state = read_weights(hub / "gpt2")
    torch.save(state, tmp_path / "pytorch_model.bin")
    assert read_weights(tmp_path).keys() == state.keys()
    torch.save({"state_dict": state}, tmp_path / "lightning.ckpt")
    assert read_weights(tmp_path / "lightning.ckpt").keys() == state.keys()


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("was-here"),)


def test_pickles_cannot_run_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"a": Evil()}, "pytorch_model.bin")
    with pytest.raises(WeightsError, match="it holds more than weights"):
        read_weights(".")
    assert not Path("was-here").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([1, 2], "it holds a list"),
        ({"a": 3}, "`a` in it is a int"),
        (torch.ones(2), "it holds a Tensor"),
    ],
)
def test_pickles_of_something_else(tmp_path: Path, content: object, told: str) -> None:
    torch.save(content, tmp_path / "x.bin")
    with pytest.raises(WeightsError, match=told):
        read_weights(tmp_path / "x.bin")


def test_files_cut_at_any_place(hub: Path, tmp_path: Path) -> None:
    whole = (hub / "gpt2" / "model.safetensors").read_bytes()
    path = tmp_path / "cut.safetensors"
    for length in (0, 1, 8, 9, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError) as raised:
            read_weights(path)
        assert raised.value.diagnostics[0].code == "NW101"


@pytest.mark.parametrize("name", ["x.safetensors", "x.bin", "x.pt", "x"])
@pytest.mark.parametrize("content", [b"hello, world", b"\xff" * 64, b"PK\x03\x04" + b"\0" * 60])
def test_garbage(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match="NW101"):
        read_weights(tmp_path / name)


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="it holds nothing"):
        read_weights(tmp_path)
    (tmp_path / "README.md").touch()
    with pytest.raises(WeightsError, match=r"it holds `README\.md`"):
        read_weights(tmp_path)
    save_file({"a": torch.ones(1)}, tmp_path / "weights.safetensors")
    assert read_weights(tmp_path).keys() == {"a"}
    with pytest.raises(WeightsError, match="no such file"):
        read_weights(tmp_path / "other")


def test_checkpoints_of_ours(tmp_path: Path) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    model[1].weight = model[0].weight
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    for contract in (SafetensorsCheckpoint(), TorchCheckpoint()):
        path = tmp_path / f"a{contract.suffix}"
        contract.save(path, model, optimizer, CheckpointMetadata())
        state = read_weights(path)
        assert state.keys() == model.state_dict().keys()
        assert torch.equal(state["1.weight"], model[0].weight)


def test_writing_keeps_the_old_file_if_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.safetensors"
    write_weights(path, {"a": torch.ones(2)})
    import safetensors.torch

    def fails(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", fails)
    with pytest.raises(WeightsError, match="no space left on device"):
        write_weights(path, {"a": torch.zeros(2)})
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]
    assert read_weights(path)["a"].sum() == 2


def test_others_may_read_what_is_written(tmp_path: Path) -> None:
    path, plain = tmp_path / "w.safetensors", tmp_path / "plain"
    write_weights(path, {"a": torch.ones(2)})
    plain.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_what_shares_memory(tmp_path: Path) -> None:
    both = torch.arange(6.0)
    path = tmp_path / "w.safetensors"
    write_weights(path, {"a": both, "tied": both, "left": both[:3], "turned": both.view(2, 3).t()})
    state = read_weights(path)
    assert state.keys() == {"a", "left", "turned"}
    assert torch.equal(state["left"], both[:3])
    assert torch.equal(state["turned"], both.view(2, 3).t())


def test_torch_and_safetensors_are_imported_when_they_are_needed() -> None:
    program = (
        "import sys, neuroscript.convert as c; c.models();"
        "c.settings_of(c.HubConfig({}), 'llama');"
        "print([m for m in ('torch', 'safetensors', 'transformers') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    assert ran.stdout == "[]\n"
