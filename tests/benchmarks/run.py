"""Measures what docs/performance.md quotes, side by side; `--write` renews its tables."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import checking
from side_by_side import Contender, race, table

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "performance.md"
NEUROSCRIPT = str(Path(sys.executable).parent / "neuroscript")


def commands() -> list[Contender]:
    """What a command costs before it does anything, against Python that does nothing."""
    return [
        Contender("`python -c pass`", [sys.executable, "-c", "pass"]),
        Contender("`neuroscript --help`", [NEUROSCRIPT, "--help"]),
        Contender("`neuroscript check`", [NEUROSCRIPT, "check", "examples/01-xor.ns"]),
        Contender("`python -c 'import torch'`", [sys.executable, "-c", "import torch"]),
    ]


def xor() -> list[Contender]:
    """The same 1000 steps three ways."""
    scripts = HERE / "xor"
    return [
        Contender("a loop by hand, plain torch", [sys.executable, str(scripts / "plain_torch.py")]),
        Contender(
            "`neuroscript fit`",
            [sys.executable, str(scripts / "neuroscript_fit.py"), "configs/xor_config.yml"],
        ),
        Contender(
            "a Lightning script, all defaults",
            [sys.executable, str(scripts / "plain_lightning.py")],
        ),
    ]


def machine() -> str:
    return (
        f"Python {platform.python_version()}, torch {version('torch')}, "
        f"lightning {version('lightning')}, transformers {version('transformers')}, "
        f"{os.cpu_count()} cores, one thread."
    )


def renew(page: str, name: str, text: str) -> str:
    """The page with the part between `<!-- name -->` and `<!-- end -->` replaced."""
    part = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", flags=re.DOTALL)
    if not part.search(page):
        raise ValueError(f"{PAGE} has no part `{name}`")
    return part.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page)


def against_python(contenders: list[Contender], folder: Path, runs: int) -> str:
    race(contenders, folder, runs)
    return table(contenders)


def library_table() -> str:
    """Imported where it is needed, as the next: torch would slow down what comes before."""
    from library import library

    return library(runs=7)


def zoo_table(size: str) -> str:
    from zoo import zoo

    return zoo(size, runs=7)


def checkpoints_table(folder: Path) -> str:
    from checkpoints import measured

    return measured(folder)


def parts(folder: Path, runs: int) -> dict[str, Callable[[], str]]:
    """The parts of the page, and what makes them."""
    return {
        "machine": machine,
        "checking": lambda: checking.commands(folder, NEUROSCRIPT, runs),
        "growth": lambda: checking.growth(runs),
        "commands": lambda: against_python(commands(), folder, runs),
        "xor": lambda: against_python(xor(), folder, runs),
        "library": library_table,
        "checkpoints": lambda: checkpoints_table(folder),
        "zoo": lambda: zoo_table("small"),
        "zoo-tiny": lambda: zoo_table("tiny"),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=5, help="counted runs of commands (5)")
    arguments.add_argument("--only", nargs="+", metavar="PART", help="parts of the page (all)")
    arguments.add_argument("--write", action="store_true", help="renew docs/performance.md")
    chosen = arguments.parse_args()
    made: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("examples", "configs"):
            shutil.copytree(ROOT / name, folder / name)
        possible = parts(folder, chosen.runs)
        for name in chosen.only or possible:
            if name not in possible:
                arguments.error(f"no part `{name}`: there are {', '.join(possible)}")
            made[name] = possible[name]()
            print(f"\n{made[name]}", flush=True)
    if chosen.write:
        page = PAGE.read_text(encoding="utf-8")
        for name, text in made.items():
            page = renew(page, name, text)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
