"""Measures what docs/performance.md quotes, side by side; `--write` renews its tables."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import tempfile
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
        f"lightning {version('lightning')}, {os.cpu_count()} cores, one thread."
    )


def renew(page: str, name: str, text: str) -> str:
    """The page with the part between `<!-- name -->` and `<!-- end -->` replaced."""
    part = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", flags=re.DOTALL)
    if not part.search(page):
        raise ValueError(f"{PAGE} has no part `{name}`")
    return part.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=5, help="counted runs of each (5)")
    arguments.add_argument("--write", action="store_true", help="renew docs/performance.md")
    chosen = arguments.parse_args()
    parts = {"machine": machine()}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in ("examples", "configs"):
            shutil.copytree(ROOT / name, folder / name)
        parts["checking"] = checking.commands(folder, NEUROSCRIPT, chosen.runs)
        parts["growth"] = checking.growth(chosen.runs)
        print(f"\n{parts['checking']}\n\n{parts['growth']}", flush=True)
        for name, contenders in {"commands": commands(), "xor": xor()}.items():
            race(contenders, folder, chosen.runs)
            parts[name] = table(contenders)
            print(f"\n{parts[name]}", flush=True)
    if chosen.write:
        page = PAGE.read_text(encoding="utf-8")
        for name, text in parts.items():
            page = renew(page, name, text)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
