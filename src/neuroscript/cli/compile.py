"""`neuroscript compile`: a `.ns` file as Python."""

from __future__ import annotations

from pathlib import Path

import click

from neuroscript.cli.screen import show
from neuroscript.codegen import Target, emit
from neuroscript.language import check_path


@click.command("compile", epilog="Example: neuroscript compile examples/01-xor.ns -o xor_model.py")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-n", "--neuron", help="Only this neuron and what it uses.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write; standard output by default.",
)  # fmt: skip
@click.option(
    "--target", type=click.Choice(["lightning", "torch"]),
    help="Modules and a LightningModule that trains the entry neuron, or plain modules alone.",
)  # fmt: skip
@click.option(
    "--bundle", "bundled", is_flag=True,
    help="Put host classes into the file, so that it needs torch alone (plain modules only).",
)  # fmt: skip
@click.option(
    "--allow-outside", is_flag=True,
    help="Let `use local` read files outside the folder of FILE.",
)  # fmt: skip
@click.option(
    "--runtime-checks", is_flag=True,
    help="Let forward() test the sizes of what arrives, and say which line expects others.",
)  # fmt: skip
def command(
    file: Path,
    neuron: str | None,
    output: Path | None,
    target: Target | None,
    bundled: bool,
    allow_outside: bool,
    runtime_checks: bool,
) -> int:
    """Write a .ns file as readable Python."""
    if bundled and target == "lightning":
        raise click.UsageError("--bundle is for plain modules: leave --target out, or use torch")
    target = target or ("torch" if bundled else "lightning")
    checked = check_path(file, neuron, allow_outside=allow_outside)
    code = emit(checked, neuron, target, bundled, runtime_checks)
    show(checked.diagnostics)
    if output is None:
        click.echo(code.text, nl=False)
        return 0
    try:
        output.write_text(code.text, encoding="utf-8")
    except OSError as error:
        problem = f"cannot write `{output}`: {(error.strerror or str(error)).lower()}"
        raise click.ClickException(problem) from None
    module = f"{code.entry}Module" if target == "lightning" else code.entry
    click.echo(f"wrote {output}", err=True)
    click.echo(f"next: python -c 'from {output.stem} import {module}'", err=True)
    return 0
