"""docs/language/grammar.md shows the grammar that the compiler reads.

Run as a script, this renews the page.
"""

from __future__ import annotations

import re
from pathlib import Path

import neuroscript

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "language" / "grammar.md"
GRAMMAR = Path(neuroscript.__file__).parent / "language" / "syntax" / "grammar.peg"
SHOWN = re.compile(r"(<!-- grammar -->\n).*?(<!-- end -->)", flags=re.DOTALL)
TITLE = re.compile(r"^# --- (.*)$")


def sections() -> str:
    """A heading and a block for each section of the grammar, without the comment at its top."""
    lines = [""]
    for line in GRAMMAR.read_text(encoding="utf-8").split("\n\n", 1)[1].splitlines():
        title = TITLE.match(line)
        if title:
            close = ["```", ""] if len(lines) > 1 else []
            lines = [*_trimmed(lines), *close, f"## {title[1].capitalize()}", "", "```peg"]
        elif line or lines[-1] != "```peg":
            lines.append(line)
    return "\n".join([*_trimmed(lines), "```", "", ""])


def _trimmed(lines: list[str]) -> list[str]:
    while len(lines) > 1 and lines[-1] == "":
        lines = lines[:-1]
    return lines


def renewed(page: str) -> str:
    return SHOWN.sub(lambda found: f"{found[1]}{sections()}{found[2]}", page)


def test_the_page_shows_the_grammar_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, f"renew it: python {Path(__file__).relative_to(ROOT)}"


def test_every_rule_is_shown() -> None:
    rules = re.findall(r"^(\w+) +=", GRAMMAR.read_text(encoding="utf-8"), flags=re.MULTILINE)
    shown = re.findall(r"^(\w+) +=", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert rules == shown


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
