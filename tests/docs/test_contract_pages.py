"""The pages of docs/contracts list what is built in, with its options, as its classes declare it.

Run as a script, this renews the lists.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from neuroscript.cli.contracts import written
from neuroscript.contracts import KINDS
from neuroscript.contracts.catalogue import Entry, Option, catalogue

PAGES = Path(__file__).parents[2] / "docs" / "contracts"
LIST = re.compile(r"(<!-- built in -->\n).*?(<!-- end -->)", flags=re.DOTALL)


def option(found: Option) -> str:
    """`betas`: a list of 2 values, [0.9, 0.999]."""
    default = "required" if found.required else f"`{written(found.default)}`"
    kind = (found.type or "anything").replace("|", "\\|")
    return f"`{found.name}`: {kind}; {default}"


def row(entry: Entry) -> str:
    name = f"`{entry.name}`" + ", the default" * entry.default
    options = "<br>".join(map(option, entry.options or ())) or "–"
    return f"| {name} | {entry.doc.replace('|', chr(92) + '|')} | {options} |"


def listed(kind: str) -> str:
    """The list of a kind: what registers itself from the package, nothing of others."""
    entries = [entry for entry in catalogue(kind) if entry.origin == "built in"]
    return "\n".join(["| name | is | options |", "|---|---|---|", *map(row, entries)])


def renewed(page: str, kind: str) -> str:
    return LIST.sub(lambda found: f"{found[1]}{listed(kind)}\n{found[2]}", page)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_the_list_is_that_of_the_classes(kind: str) -> None:
    text = (PAGES / f"{kind}.md").read_text(encoding="utf-8")
    assert LIST.search(text)
    assert text == renewed(text, kind), "run `python tests/docs/test_contract_pages.py`"


if __name__ == "__main__":
    for known in KINDS:
        page = PAGES / f"{known.name}.md"
        page.write_text(renewed(page.read_text(encoding="utf-8"), known.name), encoding="utf-8")
