"""How long a checkpoint takes, beside `torch.save` alone and Lightning's own: all in turn.

    python tests/benchmarks/checkpoints.py

The model has 51 million parameters, Adam two numbers for each: 611 MB. What is written lies in
the same folder for all. Memory is what the process took more than before, at its peak.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from neuroscript.contracts import CheckpointMetadata, create_checkpoint

RUNS = 7
LAYERS, WIDTH = 12, 2060


def trained() -> tuple[nn.Module, torch.optim.Optimizer]:
    """A model and its optimizer after a step."""
    model = nn.Sequential(*(nn.Linear(WIDTH, WIDTH) for _ in range(LAYERS)))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, WIDTH)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    return model, optimizer


def contenders(folder: Path) -> dict[str, Callable[[], object]]:
    model, optimizer = trained()

    def plain() -> None:
        torch.save({"m": model.state_dict(), "o": optimizer.state_dict()}, folder / "plain.pt")

    def ours(name: str) -> Callable[[], object]:
        contract = create_checkpoint(name)
        path = folder / f"last{contract.suffix}"
        return lambda: contract.save(path, model, optimizer, CheckpointMetadata())

    return {
        "`torch.save`, not forced to disk, not atomic": plain,
        "checkpoint `torch`": ours("torch"),
        "checkpoint `safetensors`": ours("safetensors"),
        "Lightning's `save_checkpoint`": _lightning(model, optimizer, folder),
    }


def _lightning(
    model: nn.Module, optimizer: torch.optim.Optimizer, folder: Path
) -> Callable[[], object]:
    from lightning.fabric.plugins.io.torch_io import TorchCheckpointIO

    def state() -> dict[str, Any]:
        return {"state_dict": model.state_dict(), "optimizer_states": [optimizer.state_dict()]}

    return lambda: TorchCheckpointIO().save_checkpoint(state(), folder / "lightning.ckpt")


def peak_beyond(action: Callable[[], object]) -> float:
    """The megabytes that a process takes for an action, beyond what it has; Linux alone tells."""
    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not status.exists():
        return float("nan")

    def read(key: str) -> int:
        return next(int(row.split()[1]) for row in status.read_text().splitlines() if key in row)

    clear.write_text("5")
    before = read("VmRSS")
    action()
    return (read("VmHWM") - before) / 1000


def measured(folder: Path) -> str:
    """A table of medians, in seconds, with the ratio to the first of the same turn."""
    actions = contenders(folder)
    taken: dict[str, list[float]] = {name: [] for name in actions}
    memory = {name: peak_beyond(action) for name, action in actions.items()}
    for _ in range(RUNS):
        for name, action in actions.items():
            os.sync()
            start = time.perf_counter()
            action()
            taken[name].append(time.perf_counter() - start)
    first = next(iter(taken.values()))
    rows = ["| | seconds | more memory, MB |", "| --- | --- | --- |"]
    for name, seconds in taken.items():
        ratio = statistics.median(a / b for a, b in zip(seconds, first, strict=True))
        median = statistics.median(seconds)
        rows.append(f"| {name} | {median:.2f} ({ratio:.2f}) | {memory[name]:.0f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(measured(Path(made)))
