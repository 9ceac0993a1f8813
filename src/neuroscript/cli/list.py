"""`neuroscript list`: the neurons of the library, or of a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from neuroscript.cli.page import columns, indented, named, title, write
from neuroscript.cli.screen import show
from neuroscript.diagnostics import Severity, record, uncollected
from neuroscript.diagnostics.cells import clean, fold
from neuroscript.language import Checked, check_path
from neuroscript.language.declaration import declared
from neuroscript.language.families import families
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.scope import standard_library


@record
class Group:
    """Neurons under one heading."""

    family: str
    heading: str
    neurons: dict[str, Definition]
    """By the names that they go by here."""


@click.command("list", epilog="Example: neuroscript list --stdlib")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--stdlib", is_flag=True,
    help="The standard library, behind the neurons of FILE; without FILE it is listed anyway.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text",
    help="For people, or a JSON list.",
)  # fmt: skip
@click.option(
    "--allow-outside", is_flag=True,
    help="Let `use local` of FILE read files outside its folder.",
)  # fmt: skip
def command(file: Path | None, stdlib: bool, format_: str, allow_outside: bool) -> int:
    """List neurons with their signatures: those of the standard library, or of a .ns file.

    `neuroscript show NEURON` tells all about one of them.
    """
    groups: list[Group] = []
    failed = False
    if file is not None:
        checked = check_path(file, allow_outside=allow_outside)
        errors = [d for d in checked.diagnostics if d.severity is Severity.ERROR]
        show(errors)
        failed = bool(errors)
        groups += groups_of(checked)
    if file is None or stdlib:
        with uncollected():
            groups += library_groups()
    if format_ == "json":
        data = [as_data(group, name) for group in groups for name in group.neurons]
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif any(group.neurons for group in groups):
        write(lines(groups, columns()))
    elif not failed:
        click.echo(f"{file}: there is no neuron in it", err=True)
    return int(failed)


def groups_of(checked: Checked) -> list[Group]:
    """The neurons that a file defines, then those that it imports, by where they are from."""
    scope = checked.scope
    groups = [Group("", checked.source.name, scope.own)]
    origins: dict[str, dict[str, Definition]] = {}
    for name, definition in scope.imported.items():
        origins.setdefault(definition.span.source.name, {})[name] = definition
    return groups + [
        Group("imported", f"imported from {origin}", found) for origin, found in origins.items()
    ]


def library_groups() -> list[Group]:
    """The standard library by families."""
    library = standard_library()
    return [
        Group(
            family.name,
            f"{family.name}: {family.title}",
            {name: found for name in family.neurons if (found := library.find(name))},
        )
        for family in families(library)
    ]


def lines(groups: Sequence[Group], room: int) -> Iterator[str]:
    """For people: a heading for each group, two or more lines for each neuron."""
    for i, group in enumerate(group for group in groups if group.neurons):
        yield from [""] if i else []
        yield from map(title, fold(clean(group.heading), room))
        for name, neuron in group.neurons.items():
            first, *more = fold(clean(signature(name, neuron)), room - 6)
            yield f"  {named(first, name)}"
            yield from indented(more, 6)
            if said := clean(brief(neuron)):
                yield from indented(fold(said, room - 4), 4)


def signature(name: str, neuron: Definition) -> str:
    return name + declared(neuron).removeprefix(neuron.name)


def brief(neuron: Definition) -> str:
    return neuron.documentation.brief.strip()


def as_data(group: Group, name: str) -> dict[str, Any]:
    """For programs."""
    neuron = group.neurons[name]
    span = neuron.span
    return {
        "name": name,
        "signature": signature(name, neuron),
        "doc": brief(neuron),
        "library": neuron.library,
        "family": group.family if neuron.library else None,
        "imported": group.family == "imported",
        "file": span.source.name,
        "line": span.line,
    }
