"""Commands timed as whole processes, in turn, and compared by their medians."""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOOP = re.compile(r"^loop ([0-9.]+) loss ([0-9.]+)$", flags=re.MULTILINE)


@dataclass
class Contender:
    """A command, and what its runs took, in seconds.

    `loops` holds what the command itself says about its training loop, where it does.
    """

    name: str
    command: Sequence[str]
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    loops: list[float] = field(default_factory=list)

    def run(self, folder: Path) -> None:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        ran = subprocess.run(
            self.command,
            cwd=folder,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if ran.returncode != 0:
            raise RuntimeError(
                f"{self.name} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}"
            )
        self.walls.append(wall)
        self.cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if found := LOOP.search(ran.stdout):
            self.loops.append(float(found[1]))


def race(contenders: Sequence[Contender], folder: Path, runs: int) -> None:
    """Runs every contender once to warm up and then `runs` times, always one after the other."""
    for turn in range(runs + 1):
        for contender in contenders:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                for name in ("examples", "configs"):
                    (Path(own) / name).symlink_to(folder / name)
                contender.run(Path(own))
                if turn == 0:
                    contender.walls.clear()
                    contender.cpus.clear()
                    contender.loops.clear()


def table(contenders: Sequence[Contender]) -> str:
    """Medians, and in brackets the median of the ratios to the first contender, run by run."""
    base = contenders[0]
    columns = {"whole process, s": "walls", "CPU, s": "cpus"}
    if base.loops:
        columns = {"training loop, s": "loops"} | columns
    head = ["", *columns]
    rows = [head, ["---"] * len(head)]
    for contender in contenders:
        row = [contender.name]
        for attribute in columns.values():
            own, first = getattr(contender, attribute), getattr(base, attribute)
            ratio = statistics.median(a / b for a, b in zip(own, first, strict=True))
            row.append(f"{statistics.median(own):.3f} ({ratio:.2f})")
        rows.append(row)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
