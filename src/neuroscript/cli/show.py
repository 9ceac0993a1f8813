"""`neuroscript show`: all there is to say about a neuron."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from neuroscript.cli.page import columns, indented, named, paragraphs, title, write
from neuroscript.cli.params import parse_params
from neuroscript.diagnostics import NeuroScriptError, nearest, or_list
from neuroscript.diagnostics.cells import clean, fold
from neuroscript.language import check_path
from neuroscript.language.declaration import text_of
from neuroscript.language.description import Description, describe
from neuroscript.language.entry import no_such_entry
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.scope import standard_library
from neuroscript.language.signature import Param, Port


@click.command("show", epilog="Example: neuroscript show Linear")
@click.argument("what", metavar="NEURON|FILE")
@click.option("-n", "--neuron", help="Which neuron of FILE; by default the file decides.")
@click.option(
    "--params", multiple=True, metavar="NAME=VALUE",
    help='Numbers for its parameters, and so in all that is shown: --params "dim=64 heads=8".',
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text",
    help="For people, or a JSON object.",
)  # fmt: skip
@click.option(
    "--allow-outside", is_flag=True,
    help="Let `use local` of FILE read files outside its folder.",
)  # fmt: skip
def command(
    what: str, neuron: str | None, params: tuple[str, ...], format_: str, allow_outside: bool
) -> None:
    """Show a neuron of the standard library, or of a .ns file.

    Its signature, what it is, examples, its dataflow, how many numbers it trains, its source.
    """
    given = parse_params(params)
    if what.endswith(".ns") or Path(what).is_file():
        definition = of_file(Path(what), neuron, allow_outside)
    elif neuron is not None:
        raise click.UsageError(f"--neuron is for files, and {what} is none: files end in .ns")
    else:
        definition = of_library(what)
    found = describe(definition, given)
    if format_ == "json":
        click.echo(json.dumps(as_data(found), indent=2, ensure_ascii=False))
    else:
        write(lines(found, columns()))


def of_library(name: str) -> Definition:
    """A neuron of the library. Raises click.UsageError."""
    library = standard_library()
    found = library.find(name)
    if found is None:
        near = or_list(nearest(name, library.names())).replace("`", "")
        hint = f" Did you mean {near}?" if near else " neuroscript list names all there are."
        file = f" For a file of yours: neuroscript show FILE.ns -n {name}" if not near else ""
        raise click.UsageError(f"the library has no neuron {clean(name)}.{hint}{file}")
    return found


def of_file(path: Path, neuron: str | None, allow_outside: bool) -> Definition:
    """A neuron that a file defines or imports. Raises NeuroScriptError."""
    checked = check_path(path, allow_outside=allow_outside).raise_errors()
    found = checked.scope.find(neuron) if neuron is not None else None
    if found is not None:
        return found
    if neuron is not None or checked.entry is None:
        raise NeuroScriptError([no_such_entry(checked.program, neuron or "")])
    return checked.definition()


# --- for people


def lines(found: Description, room: int) -> Iterator[str]:
    definition, said = found.definition, found.definition.documentation
    first, *more = fold(clean(definition.heading()), room - 4)
    yield named(first, definition.name)
    yield from indented(more, 4)
    yield from indented(fold(clean(found.signature.ports), room - 4), 2)
    if said.prose:
        yield ""
        yield from map(clean, paragraphs(said.prose, room))
    if said.aliases:
        also = ", ".join(f"{name} for {param}" for name, param in said.aliases.items())
        yield from ["", *fold(f"Also called: {also}", room)]
    drawing = found.drawing(room - 2)
    if drawing:
        yield from section("Dataflow", drawing)
    yield from section("Weights", weights(found, room - 2))
    if said.examples:
        yield from section("Examples", [example.text for example in said.examples])
    source = text_of(definition, with_comment=False).splitlines()
    yield from section(f"Source: {found.place}", (clean(line.expandtabs(4)) for line in source))


def section(heading: str, content: Iterable[str]) -> Iterator[str]:
    yield ""
    yield title(clean(heading))
    yield from indented(content)


def weights(found: Description, room: int) -> list[str]:
    """How many numbers are trained."""
    count = found.weights
    if count.formula is None:
        return fold(f"how many depends on {clean(count.depends_on or '')}", room)
    if count.number == 0:
        return ["none"]
    return fold(str(count), room)


# --- for programs


def as_data(found: Description) -> dict[str, Any]:
    definition, count = found.definition, found.weights
    said, span = definition.documentation, definition.span
    return {
        "name": definition.name,
        "signature": str(found.signature),
        "doc": said.prose,
        "params": [_param(param) for param in found.signature.params],
        "inputs": [_port(port) for port in found.signature.inputs],
        "outputs": [_port(port) for port in found.signature.outputs],
        "aliases": dict(said.aliases),
        "examples": [example.text for example in said.examples],
        "dataflow": found.drawing(100),
        "weights": {
            "formula": repr(count.formula) if count.formula is not None else None,
            "count": count.number,
            "depends_on": count.depends_on,
        },
        "library": definition.library,
        "file": span.source.name,
        "line": span.line,
        "source": text_of(definition),
    }


def _param(param: Param) -> dict[str, Any]:
    required = param.default is ...
    default = None if required else param.default
    return {
        "name": param.name,
        "kind": param.kind or None,
        "required": required,
        "default": default,
    }


def _port(port: Port) -> dict[str, Any]:
    return {"name": port.name, "shape": list(port.shape), "dtype": port.dtype}
