"""What gradient checkpointing saves and costs: `python tests/benchmarks/recompute.py`.

A step forwards and backwards of a stack of blocks in a process that does nothing else: the most
memory that it takes beyond what the model itself has, and its time.
"""

from __future__ import annotations

import subprocess
import sys
import time

import torch
from torch import nn

from neuroscript.config import load_config
from neuroscript.training.finding.memory import MainMemory
from neuroscript.training.regime.recompute import Recomputing, recomputed_layers

DEPTH, WIDTH, BATCH = 24, 256, 4096
TIMES = 3


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.widen = nn.Linear(WIDTH, 4 * WIDTH)
        self.narrow = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.narrow(nn.functional.gelu(self.widen(self.norm(x))))


def measure(recompute: bool) -> None:
    """Prints MiB and seconds of a step; the best of some."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = nn.Sequential(*(Block() for _ in range(DEPTH)))
    inputs = torch.rand(BATCH, WIDTH)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    if recompute:
        config = load_config({"training": {"gradient_checkpointing": True}})
        Recomputing(list(recomputed_layers(model, config).values())).begin()
    memory = MainMemory()
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        model(inputs).square().mean().backward()
        seconds.append(time.perf_counter() - began)
    print(memory.used() / 2**20, min(seconds))


def main() -> None:
    found = {}
    for how in ("kept", "recomputed"):
        command = [sys.executable, __file__, how]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        found[how] = tuple(map(float, ran.stdout.split()))
        print(f"{how:<12}{found[how][0]:7.0f} MiB   {found[how][1]:.2f} s a step")
    (more, faster), (less, slower) = found["kept"], found["recomputed"]
    print(f"memory {less / more:.2f}, time {slower / faster:.2f}")


if __name__ == "__main__":
    if sys.argv[1:]:
        measure(sys.argv[1] == "recomputed")
    else:
        main()
