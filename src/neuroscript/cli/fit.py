"""`neuroscript fit`: train what a config describes."""

from __future__ import annotations

import json
import sys

import click


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
    _imported_without_collecting()
    from neuroscript.training.fitting import run
    from neuroscript.training.prepare import prepare
    from neuroscript.training.stop import TrainingInterrupted
    from neuroscript.training.summary import as_json_object, plan_lines

    try:
        prepared = prepare(loaded)
        if dry_run:
            prepared.try_one_batch()
            if not quiet:
                click.echo("\n".join(plan_lines(prepared.plan)), err=True)
            return
        runner = run(prepared, quiet)
    except TrainingInterrupted as interrupted:
        click.echo(f"\n{interrupted}", err=True)
        if interrupted.checkpoint is not None:
            click.echo(f'load it with neuroscript.load_run("{interrupted.run_dir}")', err=True)
        sys.exit(130)
    except KeyboardInterrupt:
        click.echo("\ninterrupted before training began; nothing was saved", err=True)
        sys.exit(130)
    if as_json:
        click.echo(json.dumps(as_json_object(runner)))


def _imported_without_collecting() -> None:
    """Imports what training needs; half a million objects that stay need no collecting."""
    import gc

    gc.disable()
    try:
        import neuroscript.training.fitting  # noqa: F401
    finally:
        gc.enable()
        gc.freeze()
