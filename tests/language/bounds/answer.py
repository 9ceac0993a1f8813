"""Checks and compiles each crafted program in a process of its own, which has little of everything.

Prints a line of JSON for each: its name, how the process ended, CPU seconds, megabytes, what it
said first.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from crafted import crafted

from neuroscript.cli import run

SECONDS, MEGABYTES = 2, 500


def answer(path: Path, verb: str) -> None:
    """Run a verb with its output in a file beside the program; never returns."""
    with path.with_suffix(".txt").open("w") as told:
        os.dup2(told.fileno(), 1)
        os.dup2(told.fileno(), 2)
    os.environ["NEUROSCRIPT_TRACEBACK"] = "1"
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    os._exit(run([verb, str(path)]))


def measured(work: Callable[[], None]) -> tuple[int, float, int]:
    """How a child ended, the CPU seconds that it used, and its megabytes."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (a child must end here, and say why)
            print(f"{type(error).__name__}: {str(error)[:200]}", flush=True)
            os._exit(99)
    _, status, usage = os.wait4(child, 0)
    seconds = usage.ru_utime + usage.ru_stime
    return os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss >> 10


def main() -> None:
    run(["check", os.devnull])  # what is imported and read once is there for all
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "crafted.ns")
        for name, text in crafted().items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            path.write_text(text, encoding="utf-8", newline="")
            for verb in ("check", "compile"):
                end, seconds, megabytes = measured(lambda verb=verb: answer(path, verb))
                with path.with_suffix(".txt").open(errors="replace") as told:
                    first = told.readline().strip()[:200]
                print(
                    json.dumps([name, verb, end, round(seconds, 2), megabytes, first]), flush=True
                )
                if end:
                    break  # what has mistakes is not compiled


if __name__ == "__main__":
    main()
