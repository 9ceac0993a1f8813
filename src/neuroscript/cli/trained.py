"""What the verbs share that use a run: loading it, and putting it where it is to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from neuroscript.training import Runner


def runner_of(run: str, device: str = "cpu") -> Runner:
    """The best checkpoint of a run, ready to answer."""
    from neuroscript.cli.fit import import_without_collecting

    import_without_collecting()
    from neuroscript.training import load_run
    from neuroscript.training.device import put_on
    from neuroscript.training.run_path import is_config, run_at, run_of

    if is_config(run):
        from neuroscript.config import load_config

        path = run_of(load_config(run))
    else:
        path = run_at(run)
    runner = load_run(path)
    try:
        put_on(runner.model, device)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--device") from None
    return runner
