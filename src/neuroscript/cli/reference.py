"""The codes of configs, data, components and runs: a title each, and what one looks like."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

PAGE = Path(__file__).with_name("reference.md")
"""Written by tests/docs/test_reference_page.py from the diagnostics and the golden messages."""

FAMILIES = {
    "NC": "Configs",
    "ND": "Data",
    "NR": "Components and plugins",
    "NT": "Training and runs",
    "NW": "Weights",
    "NX": "Packages",
}
"""What the letters of a code stand for."""


@cache
def sections() -> dict[str, tuple[str, str]]:
    """For each code its title, and an example in Markdown; empty where there is none.

    >>> sections()["NC104"][0]
    'unknown key'
    """
    parts = re.split(
        r"^### (N[A-Z]\d+): (.*)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    rest = iter(parts[1:])
    return {
        code: (title, re.sub(r"^## .*$", "", text, flags=re.MULTILINE).strip())
        for code, title, text in zip(rest, rest, rest, strict=True)
    }
