"""`neuroscript export`: a run's model in a file for other programs."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export", epilog="Example: neuroscript export runs/digits -o digits.onnx")
@click.argument("run", metavar="RUN")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write; the suffix is the format: .safetensors .pt2 .onnx .py",
)  # fmt: skip
def command(run: str, output: Path) -> None:
    """Write the model of RUN's best checkpoint, and verify it against the model.

    RUN is a run's folder, runs/NAME for its latest run, or a checkpoint. What was written answers
    as the model does, for several sizes of every dimension that varies; else nothing is kept.
    """
    from neuroscript.cli.trained import runner_of
    from neuroscript.exporting import export

    done = export(runner_of(run), output)
    for file in done.files:
        click.echo(f"  {'wrote':<10} {file}   {file.stat().st_size:,} bytes", err=True)
    click.echo(f"  {'verified':<10} {'; '.join(done.tried)}", err=True)
    click.echo(f"  {'differs':<10} by {done.difference:.2g} at most", err=True)
