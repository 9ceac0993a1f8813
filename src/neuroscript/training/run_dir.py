"""The folder of one run: `runs/<name>/<n>/`, and `latest` beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neuroscript.config import Config, ConfigError
from neuroscript.contracts.errors import said
from neuroscript.training.errors import TrainingError
from neuroscript.training.resuming.errors import StillRunning

CONFIG, MODEL, METRICS, CHECKPOINTS = "config.yml", "model.py", "metrics.csv", "checkpoints"
"""What a run's folder holds."""


def new_run_dir(config: Config) -> Path:
    """Makes the folder of the next run, one number above those that are there.

    Raises ConfigError at `run.dir` if it cannot be made.
    """
    runs = runs_of(config)
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
        raise unusable(config, runs, error) from error


def runs_of(config: Config) -> Path:
    """The folder in which the runs of a config lie."""
    return Path(config.run.dir).expanduser() / safe_name(config.name)


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


def unusable(config: Config, runs: Path, error: OSError) -> ConfigError:
    """The error for a folder of runs that cannot be written to."""
    expected = f"should be a folder to write to: {runs}: {error.strerror or error}"
    return config.error("run.dir", expected)


@contextmanager
def held(run_dir: Path) -> Iterator[None]:
    """Keeps other processes from training in the same folder while this lasts.

    Raises TrainingError if one does. A process that dies lets go; filesystems that know no locks
    are trusted.
    """
    path = run_dir / ".training"
    try:
        import fcntl

        file = path.open("a+", encoding="utf-8")
    except (ImportError, OSError):
        yield
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            process = file.read().strip()
            raise TrainingError(
                [StillRunning(said("run", str(run_dir)), str(run_dir), process)]
            ) from None
        except OSError:
            yield
            return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """A name that no file system misreads.

    >>> safe_name("my run/1")
    'my-run-1'
    """
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"
