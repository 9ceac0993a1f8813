"""Disks that are full or cannot be written to: told before training if possible, and survived."""

from __future__ import annotations

import csv
import errno
import os
import tempfile
from collections import namedtuple
from pathlib import Path

import pytest
import torch

from neuroscript.contracts.checkpoint.files import atomic
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.training import fit, load_run
from neuroscript.training.checkpoints import last, room
from neuroscript.training.errors import NotSavedError

EVERY_STEP = "{epochs: 6, lr: 0.01, checkpoint: {every: 1}}"


@pytest.fixture
def disk(monkeypatch):
    """Lets writing a checkpoint fail, in the middle of the file, wherever `full` says so."""

    class Disk:
        full = staticmethod(lambda path: False)

    fsync = os.fsync
    paths = []
    replace = Path.open

    def opened(self, mode="r", *rest, **named):
        if "w" in mode and self.name.endswith(".unfinished"):
            paths.append(self)
        return replace(self, mode, *rest, **named)

    def synced(file):
        if paths and Disk.full(paths[-1]):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(file)

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr(atomic.os, "fsync", synced)
    return Disk


def test_a_disk_that_is_full_for_a_while_costs_nothing(folder, disk, monkeypatch, capsys):
    monkeypatch.setattr(last, "SECONDS_BETWEEN_TRIES", 0.0)
    tries = []

    def full(path):
        tries.append(path)
        return 3 <= len(tries) <= 4

    disk.full = full
    run = fit(folder.xor(EVERY_STEP))
    told = capsys.readouterr().err
    assert told.count("warning[NT421]: a checkpoint could not be written: No space left") == 1
    assert "the state of step 1 is there still, and another try follows" in told
    assert run.trainer.global_step == 6
    assert torch.equal(load_run(run.run_dir).model.linear.weight, run.model.linear.weight)
    assert [p.name for p in (run.run_dir / "checkpoints").iterdir()] == ["last.pt"]


def test_a_disk_that_stays_full_sends_the_last_state_elsewhere(folder, disk, capsys):
    disk.full = lambda path: "checkpoints" in str(path)
    run = fit(folder.xor(EVERY_STEP))
    assert run.checkpoint == Path("runs/xor/1/xor-1-last.pt")
    assert "the last state of the run is not where it belongs, but in runs/xor/1" in (
        capsys.readouterr().err
    )
    assert torch.equal(load_run(run.checkpoint).model.linear.weight, run.model.linear.weight)
    longer = fit("xor.yml", resume=run.checkpoint, epochs=7, checkpoint="torch")
    assert longer.trainer.global_step == 7


def test_where_nothing_can_be_written_the_model_is_handed_over_in_the_error(folder, disk):
    disk.full = lambda path: True
    with pytest.raises(NotSavedError) as caught:
        fit(folder.xor(EVERY_STEP))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "NT423"
    assert "No space left on device" in diagnostic.message
    disk.full = lambda path: False
    saved = caught.value.runner.save("rescued.pt")
    assert torch.equal(load_run(saved).model.linear.weight, caught.value.runner.model.linear.weight)


def test_a_best_state_that_cannot_be_written_leaves_the_best_before_it(folder, disk):
    disk.full = lambda path: "best-4" in path.name
    checkpoint = "{every: 100, monitor: train_loss}"
    run = fit(folder.xor(f"{{epochs: 5, lr: 0.01, checkpoint: {checkpoint}}}"))
    assert run.checkpoint.name == "best-5.pt"
    run = fit("xor.yml", epochs=4)
    assert run.checkpoint.name == "best-3.pt"
    assert load_run(run.run_dir).checkpoint.name == "best-3.pt"


def test_the_real_limit_of_a_file_is_told_as_what_the_system_says(folder):
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    from neuroscript.contracts import CheckpointMetadata, create_checkpoint
    from neuroscript.contracts.checkpoint.files import CheckpointError

    try:
        for name in ("torch", "safetensors"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
            with pytest.raises(CheckpointError, match="File too large"):
                create_checkpoint(name).save(
                    f"a.{name}", torch.nn.Linear(200, 200), None, CheckpointMetadata()
                )
            assert not list(folder.path.glob("*a.*"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


Usage = namedtuple("Usage", "total used free")


def test_too_little_room_is_told_before_the_first_step(folder, monkeypatch, capsys):
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: Usage(0, 0, 150))
    fit(folder.xor("{epochs: 1}"))
    told = capsys.readouterr().err
    assert "warning[NT424]: checkpoints of this run take about 1 kB, and runs/xor/1" in told
    assert told.index("NT424") < told.index("epoch 1")
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: Usage(0, 0, 20))
    with pytest.raises(NeuroScriptError, match="checkpoints of this run take about") as caught:
        fit("xor.yml")
    assert caught.value.diagnostics[0].code == "NT424"


@pytest.mark.parametrize("key", ["run.dir", "training.checkpoint"])
def test_a_folder_that_cannot_be_written_to_is_told_at_its_key(folder, key):
    folder.write("taken", "a file, no folder")
    value = "taken/deep" if key == "run.dir" else {"dir": "taken/deep"}
    with pytest.raises(NeuroScriptError, match="should be a folder to write to") as caught:
        fit(folder.xor("{epochs: 1}"), **{key: value})
    assert caught.value.exit_code == 2
    assert "dir" in caught.value.diagnostics[0].span.text or "taken" in str(caught.value)


def test_a_table_that_cannot_be_written_does_not_end_the_run(folder, monkeypatch):
    from neuroscript.contracts.logger import csv as logger

    written = []
    writer = csv.DictWriter

    def full(file, *rest):
        written.append(1)
        if 3 <= len(written) <= 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return writer(file, *rest)

    monkeypatch.setattr(logger.csv, "DictWriter", full)
    run = fit(folder.xor("{epochs: 8, log_every: 1}"))
    steps = [line.split(",")[1] for line in (run.run_dir / "metrics.csv").read_text().splitlines()]
    assert steps == ["step", *map(str, range(1, 9))]


def test_what_a_dead_process_left_unfinished_is_swept(folder):
    import subprocess
    import sys

    run = fit(folder.xor("{epochs: 1}"))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    checkpoints = run.run_dir / "checkpoints"
    host = atomic._host()
    left = checkpoints / f".last.pt.{host}-{dead.pid}.unfinished"
    alive = checkpoints / f".last.pt.{host}-{os.getppid()}.unfinished"
    elsewhere = checkpoints / ".last.pt.other-1.unfinished"
    for path in (left, alive, elsewhere):
        path.write_bytes(b"half")
    fit("xor.yml", resume=True, epochs=2)
    assert [path.exists() for path in (left, alive, elsewhere)] == [False, True, True]
    os.utime(elsewhere, (0, 0))
    assert atomic.sweep(checkpoints) == [elsewhere]


def test_no_state_of_anyone_is_written_outside_the_run(folder, monkeypatch):
    monkeypatch.setattr(tempfile, "gettempdir", lambda: pytest.fail("not needed"))
    fit(folder.xor(EVERY_STEP))
