"""The run that a path means: its folder, the folder of all runs of one name, or a checkpoint."""

from __future__ import annotations

from pathlib import Path

from neuroscript.config import Config
from neuroscript.training.run_dir import CHECKPOINTS, CONFIG, safe_name

SUFFIXES = (".yml", ".yaml")


def run_at(path: str | Path) -> Path:
    """The run's folder, or the checkpoint, that a path leads to.

    `runs/<name>` means its latest run. What leads to no run is given back as it is, for
    `load_run` to say so.
    """
    path = Path(path)
    if not path.is_dir() or (path / CONFIG).is_file() or (path / CHECKPOINTS).is_dir():
        return path
    latest = path / "latest"
    if (latest / CONFIG).is_file():
        number = latest.resolve().name  # told by its number, which does not change
        return path / number if (path / number).is_dir() else latest
    numbered = [p for p in path.iterdir() if p.name.isdecimal() and (p / CONFIG).is_file()]
    return max(numbered, key=lambda p: int(p.name), default=path)


def run_of(config: Config) -> Path:
    """The latest run of a config."""
    return run_at(Path(config.run.dir).expanduser() / safe_name(config.name))


def is_config(path: str | Path) -> bool:
    """Whether a word of the command line names a config rather than a run."""
    return Path(path).suffix.lower() in SUFFIXES
