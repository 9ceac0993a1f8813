"""Which checkpoint a run goes on from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from neuroscript.config import Config
from neuroscript.contracts.errors import said
from neuroscript.training.checkpoints.listing import kept_in
from neuroscript.training.errors import TrainingError
from neuroscript.training.resuming.errors import NothingToResume
from neuroscript.training.run_dir import CHECKPOINTS, CONFIG, runs_of

Asked: TypeAlias = bool | str | Path
"""True or `latest` for the newest run of the config, or a run's folder, or a checkpoint."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """What a run goes on from."""

    checkpoint: Path
    run_dir: Path | None
    """The folder in which the run goes on; None for one that leaves the old run as it is."""


def find(config: Config, asked: Asked) -> Resumption:
    """The checkpoint to go on from; raises TrainingError, saying what was looked for.

    From the last state of a run, the run goes on in its own folder. An older state, and one that
    lies in no run's folder, begins a new folder.
    """
    if asked is True or asked == "latest":
        return _of_newest(config)
    path = Path(str(asked)).expanduser()
    if path.is_file():
        return _of_file(path)
    for folder in (path, path / "latest"):
        if (folder / CONFIG).is_file():
            return _of_run(config, folder, folder)
    place = said("--resume", str(asked))
    looked = [f"a checkpoint or a run's folder at `{path}`"]
    if path.is_dir():
        looked = [f"`{path / CONFIG}`, which every run's folder has"]
    raise TrainingError([NothingToResume(place, looked, _runs(config))])


def last_of(folder: Path) -> Path | None:
    """The last state among the checkpoints of a folder."""
    found = [path for path in folder.glob("last.*") if path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)


def _of_newest(config: Config) -> Resumption:
    runs = runs_of(config)
    newest = _newest(runs)
    if newest is None:
        place = said("--resume", "latest")
        looked = f"runs of `{config.name}` in `{runs}`, and there are none"
        raise TrainingError([NothingToResume(place, [looked], ())])
    return _of_run(config, newest, "latest")


def _of_run(config: Config, run_dir: Path, asked: object) -> Resumption:
    run_dir = run_dir.parent / run_dir.resolve().name  # not by way of `latest`, which moves on
    settings = config.training.checkpoint
    named = settings.get("dir") if isinstance(settings, dict) else None
    folders = [run_dir / CHECKPOINTS, *([Path(named).expanduser()] if named else [])]
    for folder in folders:
        last = last_of(folder)
        if last is not None:
            return Resumption(last, run_dir)
    place = said("--resume", str(asked))
    looked = [f"a checkpoint `last` in `{folder}`: the run ended before it saved one"]
    raise TrainingError([NothingToResume(place, looked, _checkpoints(run_dir))])


def _of_file(path: Path) -> Resumption:
    run_dir = next((p for p in path.absolute().parents if (p / CONFIG).is_file()), None)
    if run_dir is None or path.absolute() != last_of(path.absolute().parent):
        return Resumption(path, None)
    here = Path.cwd()
    return Resumption(path, run_dir.relative_to(here) if here in run_dir.parents else run_dir)


def _newest(runs: Path) -> Path | None:
    """What `latest` points to, else the highest number."""
    latest = runs / "latest"
    if (latest / CONFIG).is_file():
        return runs / latest.resolve().name
    if not runs.is_dir():
        return None
    numbered = [p for p in runs.iterdir() if p.name.isdecimal() and (p / CONFIG).is_file()]
    return max(numbered, key=lambda p: int(p.name), default=None)


def _runs(config: Config) -> list[str]:
    runs = runs_of(config)
    return [str(p) for p in sorted(runs.glob("*")) if (p / CONFIG).is_file()][:6]


def _checkpoints(run_dir: Path) -> list[str]:
    return [str(kept) for kept in kept_in(run_dir / CHECKPOINTS)][:6]
