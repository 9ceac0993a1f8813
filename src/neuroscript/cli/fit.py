"""`neuroscript fit`: train what a config describes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from neuroscript.config import Config
    from neuroscript.training import Runner


@click.command("fit")
@click.argument("config", metavar="CONFIG")
@click.argument("overrides", nargs=-1, metavar="[KEY=VALUE]…")
@click.option("--print-config", is_flag=True, help="Show the fully resolved config and stop.")
@click.option(
    "--dry-run", is_flag=True, help="Check everything, show the plan, try one batch and stop."
)
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but what goes wrong.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on stdout.")
def command(
    config: str,
    overrides: tuple[str, ...],
    print_config: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train the neuron of CONFIG on its data.

    Before the first step it shows what was inferred, and why. Keys of the config are replaced by
    arguments such as training.lr=0.01. Everything about the run is kept in runs/NAME/NUMBER.
    """
    from neuroscript.config import load_config

    loaded = load_config(config, overrides)
    if print_config:
        click.echo(loaded.dump(), nl=False)
        return
    try:
        runner = _train(loaded, dry_run, quiet)
    except KeyboardInterrupt as interrupted:
        told = str(interrupted) or "interrupted before training began; nothing was saved"
        click.echo(f"\n{told}", err=True)
        sys.exit(130)
    if as_json and runner is not None:
        from neuroscript.training.summary import as_json_object

        click.echo(json.dumps(as_json_object(runner)))


def _train(config: Config, dry_run: bool, quiet: bool) -> Runner | None:
    """Trains, or with `dry_run` only tries one batch."""
    _import_without_collecting()
    from neuroscript.training.fitting import run
    from neuroscript.training.prepare import prepare
    from neuroscript.training.summary import plan_lines

    prepared = prepare(config)
    if not dry_run:
        return run(prepared, quiet)
    prepared.try_one_batch()
    if not quiet:
        click.echo("\n".join(plan_lines(prepared.plan)), err=True)
    return None


def _import_without_collecting() -> None:
    """Imports what training needs; half a million objects that stay need no collecting."""
    import gc

    gc.disable()
    try:
        import neuroscript.training.fitting  # noqa: F401
    finally:
        gc.enable()
        gc.freeze()
