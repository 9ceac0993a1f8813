"""Kills trainings at random moments, goes on with them, and compares with one never killed.

    python tests/training/killing.py --kills 200 --seed 0

Each kill is one of a real process: by SIGKILL or SIGTERM after a random time, or by SIGKILL at a
chosen stage of writing a checkpoint. The run is then gone on with to its end, and has to have the
weights, the optimizer state, the metrics.csv and the checkpoints of the uninterrupted run, to the
bit. Processes are forked from one that has imported everything.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch

import neuroscript.training.fitting  # noqa: F401 - what every process needs
from neuroscript.contracts import create_checkpoint
from neuroscript.contracts.checkpoint.files import atomic
from neuroscript.training import TrainingInterrupted, fit
from neuroscript.training.checkpoints.formats import format_of
from neuroscript.training.hooks import RegistryHooks
from neuroscript.training.saved import load_run

NET = """\
neuron Net:
    in: [batch, 3]
    out: [batch, 2]
    graph: in -> Linear(3, 8) -> ReLU() -> Dropout(0.3) -> Linear(8, 2) -> out
"""
SETTINGS: dict[str, dict[str, Any]] = {
    "torch": {
        "epochs": 4,
        "checkpoint": {"every": 2, "keep": 2},
        "accumulate": 2,
        "schedule": {"name": "cosine", "warmup": 3},
        "ema": {"decay": 0.9},
        "trainer": {"val_check_interval": 4},
    },
    "safetensors": {
        "epochs": 4,
        "checkpoint": {"name": "safetensors", "every": 3, "keep": 1},
        "optimizer": {"name": "adamw", "weight_decay": 0.1},
        "schedule": {"name": "plateau", "patience": 1},
        "early_stopping": {"patience": 50},
    },
    "steps": {
        "steps": 45,
        "checkpoint": {"every": 1, "monitor": "train_loss"},
        "optimizer": {"name": "sgd", "momentum": 0.9},
        "accumulate": 3,
        "clip": 1.0,
    },
}
WAYS = ("SIGKILL", "SIGTERM", "before the file is whole", "before it is in place", "once in place")


@dataclass
class Outcome:
    """What came of all kills."""

    kills: dict[str, int] = field(default_factory=dict)
    """By way, those after which there was a checkpoint to go on from."""

    early: int = 0
    """Those before the first checkpoint was whole."""

    missed: int = 0
    """Runs that ended before they could be killed."""

    wrong: list[str] = field(default_factory=list)


def config(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    training = {"lr": 0.01, "log_every": 3, "logger": [], "metrics": ["accuracy", "auroc"]}
    return {
        "model": {"file": "net.ns"},
        "data": {"train": "data.jsonl", "val": 0.2, "batch_size": 3},
        "training": {**training, **settings},
        "run": {"name": name},
    }


def write_files() -> None:
    Path("net.ns").write_text(NET)
    numbers = random.Random(0)
    rows = (
        {"input": [numbers.random() for _ in range(3)], "target": numbers.randrange(2)}
        for _ in range(50)
    )
    Path("data.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def forked(action: Callable[[], object]) -> int:
    """Does something in another process, quietly; gives its number."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        with Path("child.log").open("w") as log:
            os.dup2(log.fileno(), 2)
            action()
        code = 0
    except TrainingInterrupted as interrupted:
        code = interrupted.exit_code
    except BaseException as error:  # noqa: BLE001 - told by the exit code and the log
        Path("child.error").write_text(f"{type(error).__name__}: {error}")
    finally:
        os._exit(code)


def ended(process: int) -> int:
    """How a process ended: its exit code, or the negative number of the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def begins(told: int) -> None:
    """Lets the first training step tell that it begins."""
    original = RegistryHooks.training_step

    def step(self: RegistryHooks, batch: Any, batch_idx: int) -> Any:
        RegistryHooks.training_step = original  # type: ignore[method-assign]
        os.write(told, b"!")
        return original(self, batch, batch_idx)

    RegistryHooks.training_step = step  # type: ignore[method-assign]


def dies(way: str, at: int) -> None:
    """Kills this process itself at a stage of writing its checkpoint number `at`."""
    written = 0
    write_atomically = atomic.write_atomically

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def writing(path: Any, write: Callable[[Path], None]) -> None:
        nonlocal written
        written += 1
        if written < at:
            write_atomically(path, write)
        elif way == WAYS[2]:
            whole = Path("whole")
            write(whole)
            name = f".{Path(path).name}.{atomic._host()}-{os.getpid()}.unfinished"
            Path(path).with_name(name).write_bytes(whole.read_bytes()[: 500 * at])
            die()
        elif way == WAYS[3]:
            atomic.os.fsync = lambda _: die()  # type: ignore[attr-defined]
            write_atomically(path, write)
        else:
            atomic._sync_folder = lambda _: die()
            write_atomically(path, write)

    for module in ("torch", "safetensors"):
        of_format = sys.modules[f"neuroscript.contracts.checkpoint.{module}"]
        of_format.write_atomically = writing  # type: ignore[attr-defined]


def killed(
    name: str, settings: dict[str, Any], way: str, moments: random.Random, lasts: float
) -> int:
    """Begins a run, or goes on with it, and kills it; gives how it ended."""
    here, there = os.pipe()
    at = moments.randrange(1, 9)

    def child() -> None:
        begins(there)
        if way not in WAYS[:2]:
            dies(way, at)
        run_dir = Path("runs") / name / "1"
        fit(config(name, settings), resume=run_dir if list(run_dir.rglob("last.*")) else False)

    process = forked(child)
    os.close(there)
    os.read(here, 1)
    os.close(here)
    if way in WAYS[:2]:
        time.sleep(moments.uniform(0.0, 0.9) * lasts)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, getattr(signal, way))
    return ended(process)


def state_of(run_dir: Path) -> dict[str, Any]:
    """Everything that has to be the same: tensors by name, the table, the names of files."""
    checkpoints = run_dir / "checkpoints"
    (last,) = checkpoints.glob("last.*")
    run = load_run(last)
    optimizer = torch.optim.Adam(run.model.parameters())
    filled: dict[str, Any] = {}
    optimizer.load_state_dict = filled.update  # type: ignore[method-assign]
    contract = format_of(last)
    saved = contract.metadata(last)
    with any_optimizer():
        contract.load_optimizer(last, run.model, optimizer)
    return {
        **{f"weights {n}": t for n, t in run.model.state_dict().items()},
        **{f"optimizer {p} {n}": v for p, s in filled["state"].items() for n, v in s.items()},
        "groups": filled["param_groups"],
        "step": saved.step if saved else None,
        "metrics.csv": (run_dir / "metrics.csv").read_text(),
        "files": sorted(path.name for path in checkpoints.iterdir()),
    }


@contextlib.contextmanager
def any_optimizer() -> Iterator[None]:
    """While this lasts, the optimizer of a file need not be the one that is there."""
    from neuroscript.contracts.checkpoint.files import states

    options, states._options = states._options, lambda _: set()  # type: ignore[assignment]
    yield
    states._options = options


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    def same(a: Any, b: Any) -> bool:
        return torch.equal(a, b) if isinstance(a, torch.Tensor) else bool(a == b)

    return [name for name in {**one, **other} if not same(one.get(name), other.get(name))]


def kill_many(kills: int, seed: int, settings: dict[str, dict[str, Any]] = SETTINGS) -> Outcome:
    """Kills so many times in the working directory, and tells what came of it."""
    write_files()
    create_checkpoint("torch"), create_checkpoint("safetensors")
    outcome, moments = Outcome(), random.Random(seed)
    wanted: dict[str, tuple[dict[str, Any], float]] = {}
    for name, of_name in settings.items():
        started = time.monotonic()
        if ended(forked(partial(fit, config(name, of_name)))) != 0:
            raise RuntimeError(_error())
        wanted[name] = state_of(Path("runs") / name / "1"), (time.monotonic() - started) / 2
    number = 0
    while sum(outcome.kills.values()) < kills and number < 3 * kills:
        of = list(settings)[number % len(settings)]
        way = WAYS[number % len(WAYS)]
        number += 1
        judge(outcome, f"{of}-{number}", settings[of], way, moments, *wanted[of])
    return outcome


def judge(
    outcome: Outcome,
    name: str,
    settings: dict[str, Any],
    way: str,
    moments: random.Random,
    wanted: dict[str, Any],
    lasts: float,
) -> None:
    """Kills one run, some twice, goes on with it, and notes what came of it."""
    run_dir = Path("runs") / name / "1"
    for one in (way, *(["SIGKILL"] if moments.random() < 0.3 else [])):
        how = killed(name, settings, one, moments, lasts)
        if how not in (-signal.SIGKILL, 143 if one == "SIGTERM" else -signal.SIGKILL):
            outcome.missed += 1
            if how != 0:
                outcome.wrong.append(f"{name}, {one}: ended with {how}: {_error()}")
            return
        if not list(run_dir.glob("checkpoints/last.*")):
            outcome.early += 1
            return
        outcome.kills[one] = outcome.kills.get(one, 0) + 1
    if ended(forked(partial(fit, config(name, settings), resume=run_dir))) != 0:
        outcome.wrong.append(f"{name}, {way}: does not go on: {_error()}")
        return
    other = differences(wanted, state_of(run_dir))
    if other:
        outcome.wrong.append(f"{name}, {way}: differs in {', '.join(other[:4])}")
    shutil.rmtree(run_dir.parent)


def _error() -> str:
    path = Path("child.error")
    return path.read_text() if path.exists() else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        outcome = kill_many(arguments.kills, arguments.seed)
    for way in WAYS:
        print(f"{way:<28} {outcome.kills.get(way, 0)}")
    print(f"{'before the first checkpoint':<28} {outcome.early}")
    print(f"{'ended before the kill':<28} {outcome.missed}")
    print(f"{'ended otherwise':<28} {len(outcome.wrong)}")
    print("\n".join(outcome.wrong))
    sys.exit(bool(outcome.wrong))


if __name__ == "__main__":
    main()
