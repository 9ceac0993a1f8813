"""`neuroscript explain`: what a diagnostic code means, and what to write instead."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import click

from neuroscript.cli import reference
from neuroscript.diagnostics import nearest, or_list
from neuroscript.diagnostics.cells import fold
from neuroscript.language.explain import FAMILIES, UnknownCode, codes, page


@click.command("explain", epilog="Example: neuroscript explain NS301")
@click.argument("wanted", nargs=-1, metavar="[CODE]...")
def command(wanted: tuple[str, ...]) -> None:
    """Say what a diagnostic code means, with a wrong program and what to write instead.

    Codes of configs, data and runs (NC, ND, NR, NT …) are shown with an example of the message.
    Without a code, list them all.
    """
    if not wanted:
        click.echo("\n".join(contents()))
        return
    try:
        pages = [_page(code) for code in wanted]
    except UnknownCode as error:
        raise click.UsageError(f"{error}: {_instead(error.near)}") from None
    width = min(shutil.get_terminal_size((80, 24)).columns, 100)
    click.echo("\n\n".join("\n".join(lines(*page, width)) for page in pages))


def _page(code: str) -> tuple[str, str]:
    """The title of a code's page, and its text in Markdown. Raises UnknownCode."""
    wanted = code.strip().upper()
    if wanted in reference.sections():
        title, text = reference.sections()[wanted]
        return f"{wanted}: {title}", text
    if wanted[:2] in reference.FAMILIES:
        raise UnknownCode(code, tuple(nearest(wanted, reference.sections())))
    found = page(code)
    return f"{found.code}: {found.title}", found.text


def contents() -> Iterator[str]:
    """Every code with its title, by family."""
    for start, family in FAMILIES.items():
        yield f"{family}:"
        yield from (f"  {code}  {page(code).title}" for code in codes() if code.startswith(start))
        yield ""
    for start, family in reference.FAMILIES.items():
        yield f"{family}:"
        told = reference.sections().items()
        yield from (f"  {code}  {title}" for code, (title, _) in told if code.startswith(start))
        yield ""
    yield "neuroscript explain CODE tells more."


def lines(title: str, text: str, width: int) -> Iterator[str]:
    """A page as plain text: prose folded to the width, code set in."""
    yield from fold(title, width)
    for part in re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL):
        if part.startswith("```"):
            info, *code = part.splitlines()[:-1]
            file = re.search(r'title="(.*)"', info)
            yield ""
            yield from [f"  {file[1]}:"] if file else []
            yield from (f"    {line}".rstrip() for line in code)
            continue
        for paragraph in part.strip().split("\n\n"):
            if paragraph:
                yield ""
                yield from fold(" ".join(paragraph.removeprefix("## ").split()), width)


def _instead(near: tuple[str, ...]) -> str:
    listing = "neuroscript explain, without a code, lists them all."
    if not near:
        return f"codes look like NS301. {listing}"
    return f"did you mean {or_list(near).replace('`', '')}? {listing}"
