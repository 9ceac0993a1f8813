from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn

from neuroscript.contracts import (
    CheckpointContract,
    CheckpointMetadata,
    create_checkpoint,
    create_optimizer,
)
from neuroscript.contracts.checkpoint.files import CheckpointError, write_atomically

FORMATS = ["torch", "safetensors"]
METADATA = CheckpointMetadata(
    step=3, epoch=1, loss=0.5, metrics={"val_loss": 0.25}, config={"training": {"lr": 1e-3}}
)


@pytest.fixture(params=FORMATS)
def checkpoint(request: pytest.FixtureRequest) -> CheckpointContract:
    return create_checkpoint(request.param)


class Tied(nn.Module):
    """Two layers with one weight, a buffer, and a parameter without a size."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(3, 3), nn.Linear(3, 3)
        self.up.weight = self.down.weight
        self.norm = nn.BatchNorm1d(3)
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.scale * self.norm(self.up(self.down(x).tanh()))
        return result


def step(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    inputs = torch.arange(12.0).reshape(4, 3) / 10
    (model(inputs) - inputs).square().mean().backward()
    optimizer.step()


def same(left: nn.Module, right: nn.Module) -> bool:
    pairs = zip(left.state_dict().values(), right.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("name", ["adam", "sgd", "lion", "adagrad", "nadam", "rmsprop"])
def test_what_is_saved_goes_on_as_if_it_had_never_stopped(
    checkpoint: CheckpointContract, name: str, tmp_path: Path
) -> None:
    model = Tied()
    optimizer = create_optimizer(name, model, 0.01)
    step(model, optimizer)
    path = tmp_path / f"a{checkpoint.suffix}"
    checkpoint.save(path, model, optimizer, METADATA)
    other = Tied()
    resumed = create_optimizer(name, other, 0.5)
    assert checkpoint.load(path, other, resumed) == METADATA
    assert same(model, other)
    step(model, optimizer)
    step(other, resumed)
    assert same(model, other)
    assert other.up.weight is other.down.weight


def test_weights_load_without_an_optimizer(checkpoint: CheckpointContract, tmp_path: Path) -> None:
    path = tmp_path / "a"
    model, other = nn.Linear(2, 1), nn.Linear(2, 1)
    checkpoint.save(path, model, create_optimizer("adam", model, 0.1), CheckpointMetadata())
    assert checkpoint.load(path, other) == CheckpointMetadata()
    assert same(model, other)


def test_safetensors_hold_weights_under_their_own_names(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    create_checkpoint("safetensors").save(tmp_path / "a", nn.Linear(2, 1), None, METADATA)
    assert set(load_file(tmp_path / "a")) == {"weight", "bias"}


def test_checkpoints_are_listed_from_the_oldest(
    checkpoint: CheckpointContract, tmp_path: Path
) -> None:
    for i, name in enumerate(("last", "a", "m")):
        path = tmp_path / f"{name}{checkpoint.suffix}"
        checkpoint.save(path, nn.Linear(2, 1), None, CheckpointMetadata())
        os.utime(path, (i, i))
    (tmp_path / "other.txt").touch()
    listed = [path.stem for path in checkpoint.list_checkpoints(tmp_path)]
    assert listed == ["last", "a", "m"]


def test_another_model_is_told_name_by_name(checkpoint: CheckpointContract, tmp_path: Path) -> None:
    saved = nn.ModuleDict({"a": nn.Linear(2, 3), "b": nn.Linear(3, 1)})
    model = nn.ModuleDict({"a": nn.Linear(2, 4), "c": nn.Linear(3, 1)})
    before = model["a"].weight.detach().clone()
    checkpoint.save(tmp_path / "a", saved, None, CheckpointMetadata())
    with pytest.raises(CheckpointError) as raised:
        checkpoint.load(tmp_path / "a", model)
    (differs,) = raised.value.diagnostics
    assert (differs.code, raised.value.exit_code) == ("NR122", 1)
    told = str(differs.help)
    assert "a.weight is [3, 2] in the checkpoint and [4, 2] in the model" in told
    assert "only the model has c.weight, c.bias" in told
    assert "only the checkpoint has" in told
    assert torch.equal(model["a"].weight, before)


@pytest.mark.parametrize("saved", ["sgd", None])
def test_another_optimizer_is_told(
    checkpoint: CheckpointContract, tmp_path: Path, saved: str | None
) -> None:
    model = nn.Linear(2, 1)
    optimizer = create_optimizer(saved, model, 0.1) if saved else None
    checkpoint.save(tmp_path / "a", model, optimizer, CheckpointMetadata())
    with pytest.raises(CheckpointError) as raised:
        checkpoint.load(tmp_path / "a", model, create_optimizer("adam", model, 0.1))
    assert raised.value.diagnostics[0].code == "NR123"


@pytest.mark.parametrize("content", [b"", b"hello world, this is no checkpoint", b"PK\x03\x04" * 9])
def test_what_is_no_checkpoint(
    checkpoint: CheckpointContract, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(CheckpointError, match="cannot read the checkpoint"):
        checkpoint.load(tmp_path / "a", nn.Linear(2, 1))


def test_half_a_checkpoint(checkpoint: CheckpointContract, tmp_path: Path) -> None:
    path = tmp_path / "a"
    checkpoint.save(path, nn.Linear(64, 64), None, CheckpointMetadata())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CheckpointError, match="damaged or no"):
        checkpoint.load(path, nn.Linear(64, 64))


def test_one_that_is_not_there(checkpoint: CheckpointContract, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="No such file"):
        checkpoint.load(tmp_path / "nowhere", nn.Linear(2, 1))


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def test_reading_runs_no_code(tmp_path: Path) -> None:
    torch.save({"model": Evil(), "optimizer": None, "metadata": {}}, tmp_path / "a")
    with pytest.raises(CheckpointError, match="more than weights and plain data"):
        create_checkpoint("torch").load(tmp_path / "a", nn.Linear(2, 1))


def test_files_of_other_programs(tmp_path: Path) -> None:
    torch.save(nn.Linear(2, 1).state_dict(), tmp_path / "a")
    with pytest.raises(CheckpointError, match="another program wrote it"):
        create_checkpoint("torch").load(tmp_path / "a", nn.Linear(2, 1))


def test_a_failed_save_leaves_the_old_file(
    checkpoint: CheckpointContract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    model = nn.Linear(2, 1)
    checkpoint.save(path, model, None, CheckpointMetadata(step=1))

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        checkpoint.save(path, model, None, CheckpointMetadata(step=2))
    assert checkpoint.load(path, model).step == 1
    assert os.listdir(tmp_path) == ["a"]  # noqa: PTH208


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", interrupted)
    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys
import torch
from torch import nn
from neuroscript.contracts import CheckpointMetadata, create_checkpoint
checkpoint = create_checkpoint(sys.argv[1])
model = nn.Linear(1500, 1500)
step = 0
while True:
    step += 1
    nn.init.constant_(model.weight, step)
    checkpoint.save(sys.argv[2], model, None, CheckpointMetadata(step=step))
    print(step, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_a_killed_process_leaves_a_whole_file(
    checkpoint: CheckpointContract, tmp_path: Path
) -> None:
    path = tmp_path / f"a{checkpoint.suffix}"
    name = "torch" if checkpoint.suffix == ".pt" else "safetensors"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, name, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for kill_after in (0.0, 0.013):
        written = int(process.stdout.readline())
        time.sleep(kill_after)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    model = nn.Linear(1500, 1500)
    metadata = checkpoint.load(path, model)
    assert metadata.step >= written
    assert torch.equal(model.weight, torch.full((1500, 1500), float(metadata.step)))
    assert checkpoint.list_checkpoints(tmp_path) == [path]
