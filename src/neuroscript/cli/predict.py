"""`neuroscript predict`: ask a run's model about rows of data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from neuroscript.config import Config
    from neuroscript.training import Runner
    from neuroscript.training.predicting.asking import Tally
    from neuroscript.training.predicting.predictor import Predictor
    from neuroscript.training.predicting.sources import Question


@click.command(
    "predict", epilog="Example: neuroscript predict runs/digits test.jsonl -o answers.jsonl"
)
@click.argument("run", metavar="RUN|CONFIG")
@click.argument("inputs", nargs=-1, metavar="[INPUT…]")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write; standard output by default.",
)  # fmt: skip
@click.option(
    "--on-error", type=click.Choice(["fail", "skip"]), default="fail", show_default=True,
    help="What to do with a row that cannot be answered.",
)  # fmt: skip
@click.option(
    "--batch-size", type=click.IntRange(min=1), help="Rows at a time; as in training by default."
)
@click.option("--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, …")
def command(
    run: str,
    inputs: tuple[str, ...],
    output: Path | None,
    on_error: str,
    batch_size: int | None,
    device: str,
) -> None:
    """Answer each row of INPUT with the best checkpoint of RUN, as JSON lines.

    RUN is a run's folder, runs/NAME for its latest run, or a checkpoint; for a config, its latest
    run is taken. INPUT is a data file, - for rows on standard input, or one row as JSON: '[1, 0]'.
    Without INPUT, the rows of `data.predict` are answered.
    """
    from neuroscript.cli.trained import runner_of
    from neuroscript.training.predicting.predictor import Predictor
    from neuroscript.training.predicting.sources import questions, questions_of

    _not_one_of(output, [Path(word) for word in inputs])
    runner = runner_of(run, device)
    config = runner.settings if inputs else _config(run, runner)
    predictor = Predictor(runner, batch_size or config.batch_size, opens=True)
    asked = questions(inputs, predictor.form, sys.stdin.buffer) if inputs else questions_of(config)
    _not_one_of(output, [one.path for one in asked if one.path is not None])
    tally = _answer(predictor, asked, config, output, on_error == "skip")
    if tally.skipped:
        from neuroscript.cli.screen import show

        show(tally.problems)
        rows = tally.answered + tally.skipped
        click.echo(f"skipped {tally.skipped} of {rows} rows", err=True)
    if output is not None:
        click.echo(f"wrote {output}   {tally.answered} answers", err=True)


def _not_one_of(output: Path | None, read: Sequence[Path]) -> None:
    if output is not None and output.resolve() in [path.resolve() for path in read]:
        raise click.UsageError(f"{output} is read and cannot be written at once")


def _config(run: str, runner: Runner) -> Config:
    """The config as it is now, where it is what was named, else that of the run."""
    from neuroscript.config import load_config
    from neuroscript.training.run_path import is_config

    return load_config(run) if is_config(run) else runner.settings


def _answer(
    predictor: Predictor,
    asked: Sequence[Question],
    config: Config,
    output: Path | None,
    skips: bool,
) -> Tally:
    from neuroscript.training.predicting.asking import ask
    from neuroscript.training.predicting.written import as_line, written_whole

    if output is not None:
        with written_whole(output) as file:
            return ask(predictor, asked, config, lambda one: file.write(as_line(one)), skips)
    screen = sys.stdout.buffer

    def tell(answer: dict[str, object]) -> None:
        screen.write(as_line(answer))
        screen.flush()

    return ask(predictor, asked, config, tell, skips)
