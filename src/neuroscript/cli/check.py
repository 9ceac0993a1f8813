"""`neuroscript check`: diagnostics without running anything."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from neuroscript import __version__
from neuroscript.cli.mend import mend
from neuroscript.cli.params import parse_params
from neuroscript.cli.screen import show
from neuroscript.diagnostics import Diagnostic, NeuroScriptError, Severity, as_data, as_sarif
from neuroscript.language import check_path
from neuroscript.language.explain import codes, page

ROUNDS = 10
"""How often `--fix` mends what mending has brought to light."""


@click.command("check", epilog="Example: neuroscript check examples/01-xor.ns")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "sarif"]), default="text",
    help="For people; or on standard output a JSON list, or SARIF 2.1.0 for code reviews.",
)  # fmt: skip
@click.option(
    "--fix", "mend_files", is_flag=True,
    help="Mend in the files what can be mended for certain, then check again.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("-n", "--neuron", help="The entry neuron of a .ns file; by default the file decides.")
@click.option(
    "--params", multiple=True, metavar="NAME=VALUE",
    help='Values for the entry neuron: --params "dim=64 heads=8".',
)  # fmt: skip
@click.option(
    "--allow-outside", is_flag=True,
    help="Let `use local` of a .ns file read files outside its folder.",
)  # fmt: skip
def command(
    files: tuple[Path, ...],
    format_: str,
    mend_files: bool,
    strict: bool,
    neuron: str | None,
    params: tuple[str, ...],
    allow_outside: bool,
) -> int:
    """Find mistakes in .ns files, and in configs with the neuron they train.

    Ends with 0 if there are none (warnings alone are none), 1 if there are some, 2 for a mistake
    in the command line or in a config.
    """
    given = neuron, parse_params(params), allow_outside
    found, status = check_files(files, *given)
    if mend_files:
        done: Counter[Path] = Counter()
        for _ in range(ROUNDS):
            if not (made := mend(found)):
                break
            done.update(made)
            found, status = check_files(files, *given)
        for path, count in done.items():
            click.echo(f"mended {count} in {path}", err=True)
    errors = [d for d in found if strict or d.severity is Severity.ERROR]
    if format_ == "json":
        click.echo(json.dumps([as_data(d) for d in found], indent=2))
    elif format_ == "sarif":
        titles = {code: page(code).title for code in codes()}
        click.echo(json.dumps(as_sarif(found, titles, __version__), indent=2))
    elif found:
        show(found)
        point_to_pages(found)
    else:
        names = ", ".join(str(path) for path in files)
        click.echo(f"{names}: no mistakes found", err=True)
    return status or int(bool(errors))


def check_files(
    files: Sequence[Path], neuron: str | None, params: Mapping[str, Any], allow_outside: bool
) -> tuple[list[Diagnostic], int]:
    """Diagnostics of all files, and the exit code that what cannot be read asks for."""
    found: list[Diagnostic] = []
    status = 0
    for path in files:
        try:
            found += check_file(path, neuron, params, allow_outside)
        except NeuroScriptError as error:
            found += error.diagnostics
            status = max(status, error.exit_code)
    return found, status


def point_to_pages(found: Sequence[Diagnostic]) -> None:
    """Say how to read more about the first few codes, those of errors before those of warnings."""
    known = set(codes())
    ordered = sorted(found, key=lambda d: d.severity is not Severity.ERROR)
    told = list(dict.fromkeys(d.code for d in ordered if d.code in known))
    if told:
        click.echo(f"more about it: neuroscript explain {' '.join(told[:3])}", err=True)


def check_file(
    path: Path, neuron: str | None, params: Mapping[str, Any], allow_outside: bool
) -> list[Diagnostic]:
    """Diagnostics of a `.ns` file, or of a config and the neuron that it names."""
    if path.suffix not in (".yml", ".yaml"):
        checked = check_path(path, neuron, params, allow_outside=allow_outside)
        return list(checked.diagnostics)
    from neuroscript.config import check_config, load_config

    given = [f"model.params.{name}={json.dumps(value)}" for name, value in params.items()]
    if neuron is not None:
        given.append(f"model.neuron={neuron}")
    return check_config(load_config(path, given))
