"""`neuroscript predict`: ask a run's model about rows of data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from neuroscript.training import Runner
    from neuroscript.training.predicting.asking import Tally


@click.command(
    "predict", epilog="Example: neuroscript predict runs/digits test.jsonl -o answers.jsonl"
)
@click.argument("run", metavar="RUN")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
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

    RUN is a run's folder, runs/NAME for its latest run, or a checkpoint. INPUT is a data file, -
    for rows on standard input, or one row as JSON: '[1, 0]'.
    """
    from neuroscript.cli.trained import runner_of

    if output is not None and output.resolve() in [Path(word).resolve() for word in inputs]:
        raise click.UsageError(f"{output} is read and cannot be written at once")
    runner = runner_of(run, device)
    tally = _answer(runner, inputs, output, on_error == "skip", batch_size)
    if tally.skipped:
        from neuroscript.cli.screen import show

        show(tally.problems)
        rows = tally.answered + tally.skipped
        click.echo(f"skipped {tally.skipped} of {rows} rows", err=True)
    if output is not None:
        click.echo(f"wrote {output}   {tally.answered} answers", err=True)


def _answer(
    runner: Runner,
    inputs: tuple[str, ...],
    output: Path | None,
    skips: bool,
    batch_size: int | None,
) -> Tally:
    from neuroscript.training.predicting.asking import ask
    from neuroscript.training.predicting.predictor import Predictor
    from neuroscript.training.predicting.sources import questions
    from neuroscript.training.predicting.written import as_line, written_whole

    config = runner.settings
    predictor = Predictor(runner, batch_size or config.batch_size)
    asked = questions(inputs, predictor.form, sys.stdin.buffer)
    if output is not None:
        with written_whole(output) as file:
            return ask(predictor, asked, config, lambda one: file.write(as_line(one)), skips)
    screen = sys.stdout.buffer

    def tell(answer: dict[str, object]) -> None:
        screen.write(as_line(answer))
        screen.flush()

    return ask(predictor, asked, config, tell, skips)
