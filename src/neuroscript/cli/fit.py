"""`neuroscript fit`: train what a config describes."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from neuroscript.config import Config
    from neuroscript.training import Runner


@click.command("fit")
@click.argument("config", metavar="CONFIG", required=False)
@click.argument("overrides", nargs=-1, metavar="[KEY=VALUE]…")
@click.option(
    "--resume",
    is_flag=False,
    flag_value="latest",
    metavar="[latest|PATH]",
    help="Go on with the newest run of CONFIG, or from a run's folder or a checkpoint.",
)
@click.option("--print-config", is_flag=True, help="Show the fully resolved config and stop.")
@click.option(
    "--dry-run", is_flag=True, help="Check everything, show the plan, try one batch and stop."
)
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but what goes wrong.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on stdout.")
def command(
    config: str | None,
    overrides: tuple[str, ...],
    resume: str | None,
    print_config: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train the neuron of CONFIG on its data.

    Before the first step it shows what was inferred, and why. Keys of the config are replaced by
    arguments such as training.lr=0.01. Everything about the run is kept in runs/NAME/NUMBER.

    A run that was stopped goes on with --resume, as if it had never been. CONFIG may then be the
    folder of the run, and training.epochs=150 makes it longer.
    """
    from neuroscript.config import load_config

    asked = sorted_out(config, resume, overrides)
    loaded = load_config(asked.config, asked.overrides)
    if print_config:
        click.echo(loaded.dump(), nl=False)
        return
    try:
        runner = _train(loaded, asked.resume, dry_run, quiet)
    except KeyboardInterrupt as interrupted:
        told = str(interrupted) or "interrupted before training began; nothing was saved"
        click.echo(f"\n{told}", err=True)
        sys.exit(getattr(interrupted, "exit_code", 130))
    if as_json and runner is not None and (runner.trainer is None or runner.trainer.is_global_zero):
        from neuroscript.training.summary import as_json_object

        click.echo(json.dumps(as_json_object(runner)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks for."""

    config: str
    overrides: tuple[str, ...]
    resume: str | None
    """None, `latest`, or the path of a run or a checkpoint."""


def sorted_out(config: str | None, resume: str | None, overrides: tuple[str, ...]) -> Asked:
    """Which argument is what: `--resume` takes no value, or the next argument, as it stands.

    >>> sorted_out("net.yml", "training.epochs=9", ())
    Asked(config='net.yml', overrides=('training.epochs=9',), resume='latest')
    """
    named = [config, *overrides] if config is not None else []
    if resume is not None and _is_override(resume):
        resume, named = "latest", [*named[:1], resume, *named[1:]]
    if named and resume is not None and _is_override(named[0]):
        named.insert(0, resume)
        resume = "latest"
    if not named and resume is not None:
        named, resume = [resume], "latest"
    if not named:
        raise click.UsageError("Missing argument 'CONFIG'.")
    config, overrides = named[0], tuple(named[1:])
    run = config_of_run(Path(config))
    if resume is None or run is None:
        return Asked(config, overrides, resume)
    return Asked(str(run), overrides, config if resume == "latest" else resume)


def _is_override(argument: str) -> bool:
    return "=" in argument and not Path(argument).exists()


def config_of_run(path: Path) -> Path | None:
    """The config in a run's folder, or in the one that a checkpoint lies in; None for neither."""
    if path.suffix in (".yml", ".yaml"):
        return None
    folders = path.absolute().parents if path.is_file() else (path, path / "latest")
    found = (folder / "config.yml" for folder in folders)
    return next((file for file in found if file.is_file()), None)


def _train(config: Config, resume: str | None, dry_run: bool, quiet: bool) -> Runner | None:
    """Trains, or with `dry_run` only tries one batch."""
    import_without_collecting()
    from neuroscript.training.fitting import run
    from neuroscript.training.prepare import prepare
    from neuroscript.training.resuming.find import find
    from neuroscript.training.resuming.start import Start
    from neuroscript.training.summary import plan_lines, room_of_terminal

    resumption = find(config, resume) if resume is not None else None
    prepared = prepare(config)
    if not dry_run:
        return run(prepared, quiet, resumption)
    if resumption is not None:
        Start.check(prepared, resumption)
    prepared.try_one_batch()
    if not quiet:
        click.echo("\n".join(plan_lines(prepared.plan, room_of_terminal())), err=True)
    return None


def import_without_collecting() -> None:
    """Imports what training needs; half a million objects that stay need no collecting."""
    import gc

    gc.disable()
    try:
        import neuroscript.training.fitting  # noqa: F401
    finally:
        gc.enable()
        gc.freeze()
