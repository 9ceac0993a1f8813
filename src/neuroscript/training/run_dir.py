"""The folder of one run: `runs/<name>/<n>/`, and `latest` beside it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from neuroscript.config import Config, ConfigError

CONFIG, MODEL, METRICS, CHECKPOINTS = "config.yml", "model.py", "metrics.csv", "checkpoints"
"""What a run's folder holds."""


def new_run_dir(config: Config) -> Path:
    """Makes the folder of the next run, one number above those that are there.

    Raises ConfigError at `run.dir` if it cannot be made.
    """
    runs = Path(config.run.dir).expanduser() / safe_name(config.name)
    try:
        runs.mkdir(parents=True, exist_ok=True)
        number = max((int(p.name) for p in runs.iterdir() if p.name.isdecimal()), default=0) + 1
        while True:
            try:
                (runs / str(number)).mkdir()
                return runs / str(number)
            except FileExistsError:  # another run came first
                number += 1
    except OSError as error:
        raise _unusable(config, runs, error) from error


def point_latest(run_dir: Path) -> None:
    """Lets `latest` point to a run, replacing in one step what it pointed to."""
    link = run_dir.parent / "latest"
    fresh = run_dir.parent / f".latest-{os.getpid()}"
    try:
        fresh.symlink_to(run_dir.name, target_is_directory=True)
        fresh.replace(link)
    except OSError:  # a filesystem without links, or something else called `latest`
        fresh.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Writes a text file so that after a crash there is all of it or none."""
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _unusable(config: Config, runs: Path, error: OSError) -> ConfigError:
    expected = f"should be a folder to write to: {runs}: {error.strerror or error}"
    return config.error("run.dir", expected)


def safe_name(name: str) -> str:
    """A name that no file system misreads.

    >>> safe_name("my run/1")
    'my-run-1'
    """
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"
