"""What checking a program takes, by its lines: as a command, and again and again in a process."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from side_by_side import Contender, race, table

BLOCK = """/// One block of many.
neuron Block{i}(dim, ratio=4):
    in: [batch, seq, dim]
    out: [batch, seq, dim]
    graph:
        in -> LayerNorm(dim) -> Linear(dim, ratio * dim) -> GELU() -> Linear(ratio * dim, dim) -> x
        (in, x) -> Add() -> middle
        middle -> LayerNorm(dim) -> Linear(dim, ratio * dim) -> GELU() -> Dropout(0.1) -> wide
        wide -> Linear(ratio * dim, dim) -> back
        (middle, back) -> Add() -> out

"""
GROWTH = (500, 1000, 2000, 5000, 10_000, 20_000)


def program(lines: int) -> str:
    """A program of that many lines, of the kind that people write."""
    size = BLOCK.count("\n")
    return "".join(BLOCK.replace("{i}", str(i)) for i in range(-(-lines // size)))


def commands(folder: Path, neuroscript: str, runs: int) -> str:
    """Cold processes, against Python that does nothing."""
    contenders = [Contender("`python -c pass`", [sys.executable, "-c", "pass"])]
    for lines in (50, 500):
        path = folder / f"{lines}.ns"
        path.write_text(program(lines), encoding="utf-8")
        name = f"`neuroscript check`, {lines} lines"
        contenders.append(Contender(name, [neuroscript, "check", str(path)]))
    race(contenders, folder, runs)
    return table(contenders)


def seconds(text: str, runs: int) -> float:
    """The median of CPU seconds of `check_source`, in a process that has done it before."""
    from neuroscript import check_source

    spent = []
    for _ in range(runs + 1):
        start = time.process_time()
        check_source(text)
        spent.append(time.process_time() - start)
    return statistics.median(spent[1:])


def growth(runs: int) -> str:
    """The same without starting a process, for longer and longer programs."""
    rows = ["| lines | `check_source`, ms | µs for each line |", "| --- | --- | --- |"]
    for lines in (50, *GROWTH):
        spent = seconds(program(lines), runs if lines < 5000 else 1)
        rows.append(f"| {lines:,} | {1e3 * spent:.1f} | {1e6 * spent / lines:.0f} |")
    return "\n".join(rows)
