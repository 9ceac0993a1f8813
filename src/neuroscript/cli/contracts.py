"""`neuroscript contracts`: what a config can name, and what each takes."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from neuroscript.cli.page import columns, indented, named, title, write
from neuroscript.diagnostics.cells import clean, fold

if TYPE_CHECKING:
    from neuroscript.contracts.catalogue import Entry, Option

KINDS = ("dataloader", "loss", "optimizer", "checkpoint", "logger")


@click.command("contracts", epilog="Example: neuroscript contracts loss --plugin my_losses.py")
@click.argument("kind", required=False, type=click.Choice(KINDS))
@click.option(
    "--plugin", "plugins", multiple=True, metavar="FILE",
    help="A Python file or module to import first, as under `plugins:` of a config; repeatable.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text",
    help="For people, or a JSON list.",
)  # fmt: skip
def command(kind: str | None, plugins: tuple[str, ...], format_: str) -> int:
    """List data loaders, losses, optimizers, checkpoint formats and loggers, or one KIND of them.

    Each with where it is from (built in, an installed package, a file), what it is for, and its
    options with what they take and their defaults, read from its class.
    """
    from neuroscript.contracts import load_plugin
    from neuroscript.contracts.catalogue import catalogue

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages that are imported only to be described
        for plugin in plugins:
            load_plugin(plugin, [Path()])
        entries = [entry for one in ([kind] if kind else KINDS) for entry in catalogue(one)]
    if format_ == "json":
        click.echo(json.dumps([as_data(entry) for entry in entries], indent=2, ensure_ascii=False))
    else:
        write(lines(entries, columns()))
    return 0


def lines(entries: Sequence[Entry], room: int) -> Iterator[str]:
    """For people: a heading for each kind, a few lines for each entry."""
    kind = ""
    for entry in entries:
        if entry.kind != kind:
            yield from [""] if kind else []
            kind = entry.kind
            yield title(kind)
        note = ", the default" if entry.default else ""
        yield f"  {named(entry.name, entry.name)}   {clean(entry.origin)}{note}"
        if entry.problem:
            yield from indented(fold(clean(entry.problem), room - 4), 4)
            continue
        yield from indented(fold(clean(entry.doc), room - 4), 4) if entry.doc else []
        for told in _options(entry):
            first, *more = fold(clean(told), room - 6)
            yield f"    {first}"
            yield from indented(more, 6)


def _options(entry: Entry) -> Iterator[str]:
    if entry.options is None:
        yield "options: whatever it is given; it judges them by itself"
    for option in entry.options or ():
        yield f"{option.name}: {_said(option)}"


def _said(option: Option) -> str:
    kind = option.type or "anything"
    return f"{kind}, required" if option.required else f"{kind}, {written(option.default)}"


def written(default: Any) -> str:
    """A default as a config would have it.

    >>> written(None), written(True), written((0.9, 0.999)), written("mean")
    ('null', 'true', '[0.9, 0.999]', 'mean')
    """
    plain = list(default) if isinstance(default, tuple) else default
    return plain if isinstance(plain, str) else json.dumps(plain, default=str)


def as_data(entry: Entry) -> dict[str, Any]:
    """For programs."""
    data = asdict(entry)
    for option in data["options"] or ():
        option["default"] = json.loads(json.dumps(option["default"], default=str))
    return data
