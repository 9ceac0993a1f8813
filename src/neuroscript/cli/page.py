"""What is written for people to read on standard output: titles, prose, lines that are set in."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator

import click

from neuroscript.cli.screen import PLAIN_WIDTH, wants_colour
from neuroscript.diagnostics.cells import fold, width


def columns() -> int:
    """How wide lines may be: as the terminal is, at most 100; 100 for files and programs."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return max(min(shutil.get_terminal_size().columns, PLAIN_WIDTH), 40)
    return PLAIN_WIDTH


def write(lines: Iterable[str]) -> None:
    """Print lines, with their colours where standard output wants any."""
    click.echo("\n".join(lines), color=wants_colour(sys.stdout))


def title(text: str) -> str:
    return click.style(text, bold=True)


def named(text: str, name: str) -> str:
    """A text that starts with a name, which stands out."""
    return click.style(name, fg="cyan", bold=True) + text.removeprefix(name)


def indented(lines: Iterable[str], by: int = 2) -> Iterator[str]:
    return (f"{' ' * by}{line}".rstrip() for line in lines)


def paragraphs(text: str, room: int) -> Iterator[str]:
    """Prose as it was laid out where it fits, folded where it does not."""
    for i, paragraph in enumerate(text.split("\n\n")):
        yield from [""] if i else []
        lines = paragraph.splitlines()
        fits = all(width(line) <= room for line in lines)
        yield from lines if fits else fold(" ".join(paragraph.split()), room)
