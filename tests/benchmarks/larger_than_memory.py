"""Measures memory and speed of data that are kept in files: `python larger_than_memory.py 256`.

The argument is how many MiB the columns have. Reading them and two shuffled epochs of batches
are measured in a process of their own, in which neither may take a quarter of that: a process that
does ends with an error. For comparison, the same mapped into memory, and held in it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WIDTH = 256
BLOCK = 1000


def write(path: Path, mebibytes: int) -> int:
    """Lines of 256 whole numbers, which take 8 bytes each as a column, and a target."""
    rows = mebibytes * 2**20 // (8 * WIDTH)
    lines = (
        json.dumps({"input": [(row * i) % 10 for i in range(WIDTH)], "target": row % 10})
        for row in range(BLOCK)
    )
    block = "\n".join(lines) + "\n"
    with path.open("w") as file:
        for _ in range(rows // BLOCK):
            file.write(block)
    return rows // BLOCK * BLOCK


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measure(path: Path, cache: str, free: str) -> None:
    """Tells what reading and two epochs take."""
    import torch

    from neuroscript.contracts.dataloader.cache import large
    from neuroscript.contracts.dataloader.jsonl import JsonlLoader

    if free:
        large.free_memory = lambda: int(free)  # type: ignore[assignment]

    torch.set_num_threads(1)
    small = path.with_name("small.jsonl")
    small.write_text('{"input": [1, 2], "target": 1}\n')
    list(JsonlLoader(small, cache="never"))
    before, begun = peak(), time.perf_counter()
    loader = JsonlLoader(path, cache=cache, batch_size=256)  # type: ignore[arg-type]
    read, begun = time.perf_counter() - begun, time.perf_counter()
    total = 0
    for epoch in (0, 1):
        loader.set_epoch(epoch)
        total += sum(int(batch["target"].sum()) for batch in loader)
    seconds = time.perf_counter() - begun
    told = {
        "cache": cache,
        "read_s": round(read, 2),
        "rows_per_s": round(2 * len(loader.table) / seconds),
        "grown_mib": round((peak() - before) / 2**20),
        "total": total,
    }
    print(json.dumps(told))


def main() -> None:
    mebibytes = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.jsonl"
        write(path, mebibytes)
        environment = {**os.environ, "NEUROSCRIPT_CACHE": folder}
        found = []
        little = str(mebibytes * 2**20 // 4)
        for cache, free in (("auto", little), ("auto", little), ("always", ""), ("never", "")):
            command = [sys.executable, __file__, "measure", str(path), cache, free]
            run = subprocess.run(command, env=environment, check=True, capture_output=True)
            found.append(json.loads(run.stdout))
            print(found[-1])
        built, opened, *_ = found
        if len({one["total"] for one in found}) > 1:
            sys.exit("the batches differ")
        if max(built["grown_mib"], opened["grown_mib"]) * 4 > mebibytes:
            sys.exit(f"more than a quarter of {mebibytes} MiB was in memory")


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(Path(sys.argv[2]), *sys.argv[3:])
    else:
        main()
