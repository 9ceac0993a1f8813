"""`neuroscript test`: hold a run's model against test data."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from neuroscript.training import Runner


@click.command("test", epilog="Example: neuroscript test runs/digits --data new_digits.jsonl")
@click.argument("run", metavar="RUN|CONFIG")
@click.option("--data", metavar="PATH", help="Test data; those of the config by default.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on stdout.")
@click.option("--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, …")
def command(run: str, data: str | None, as_json: bool, device: str) -> None:
    """Evaluate the best checkpoint of RUN on its test data.

    RUN is a run's folder, runs/NAME for its latest run, or a checkpoint. For a config, its latest
    run is taken, and the test data that the config names now.
    """
    from neuroscript.cli.trained import runner_of

    runner = runner_of(run, device)
    metrics = _tested(runner, run, data)
    if as_json:
        from neuroscript.training.summary import as_json_object

        click.echo(json.dumps({**as_json_object(runner), "metrics": _finite(metrics)}))
        return
    for line in _table(metrics, runner):
        click.echo(line)


def _tested(runner: Runner, run: str, data: str | None) -> dict[str, float]:
    from neuroscript.config import load_config
    from neuroscript.training.evaluating import evaluate
    from neuroscript.training.run_path import is_config

    if data is None and is_config(run):
        return evaluate(runner, load_config(run))
    return runner.test(data)


def _table(metrics: dict[str, float], runner: Runner) -> list[str]:
    """The metrics one below the other, their points aligned."""
    shown = {name.removeprefix("test_"): f"{value:.4f}" for name, value in metrics.items()}
    names, values = max(map(len, shown)), max(map(len, shown.values()))
    print(f"  {runner.checkpoint}", file=sys.stderr)  # noqa: T201
    return [f"  {name:<{names}}   {value:>{values}}" for name, value in shown.items()]


def _finite(metrics: dict[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in metrics.items()}
