"""What each diagnostic code means: one page per code, written for users.

A page is a Markdown file in `pages/`, called after its code and found by scanning. It says what
the code means, shows a wrong program, and after the heading `## Instead` what to write.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PAGES = Path(__file__).parent / "pages"
MAIN = "wrong.ns"
"""What the program of an example is called where it has no name."""

FAMILIES = {
    "NS1": "Syntax",
    "NS2": "Names",
    "NS3": "Shapes",
    "NS4": "Control",
    "NS5": "Calls",
    "NS6": "Imports",
    "NS9": "Warnings",
}
"""What the first digit of a code stands for."""

_FENCE = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<body>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)


class UnknownCode(LookupError):
    """There is no page for a code; `near` are codes it may be a slip for."""

    def __init__(self, code: str, near: tuple[str, ...]) -> None:
        self.code = code
        self.near = near
        super().__init__(f"there is no code {code}")


@dataclass(frozen=True)
class Example:
    """A program of a page: its files, the one to check first, and how to check it."""

    files: Mapping[str, str]
    command: tuple[str, ...] = ()
    """A command line, where a plain check would not show what the page is about."""

    @property
    def program(self) -> str:
        return next(iter(self.files.values()))


@dataclass(frozen=True)
class Page:
    """What is to be said about a code; `text` is Markdown without the title."""

    code: str
    title: str
    text: str

    @property
    def family(self) -> str:
        return FAMILIES[self.code[:3]]

    @cached_property
    def wrong(self) -> Example:
        """A program that gets the code."""
        return _example(self.text.partition("\n## Instead\n")[0])

    @cached_property
    def right(self) -> Example:
        """What to write instead."""
        return _example(self.text.partition("\n## Instead\n")[2])


def codes() -> list[str]:
    """All codes that have a page, in order.

    >>> codes()[:3]
    ['NS101', 'NS102', 'NS103']
    """
    return sorted(path.stem for path in PAGES.glob("*.md"))


def page(code: str) -> Page:
    """The page of a code; letter case and the `NS` do not matter. Raises UnknownCode.

    >>> page("ns301").title
    'sizes differ'
    """
    name = code.strip().upper()
    if name.isdigit():
        name = f"NS{name}"
    known = codes()
    if name not in known:
        raise UnknownCode(code, _near(name, known))
    head, _, text = (PAGES / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    return Page(name, head.removeprefix(f"# {name}: "), text.strip() + "\n")


def _near(code: str, known: list[str]) -> tuple[str, ...]:
    """Codes of the same family with the nearest numbers."""
    number = re.fullmatch(r"NS(\d{1,4})", code)
    if number is None:
        return ()
    wanted = int(number[1])
    family = [other for other in known if other[:3] == code[:3]]
    return tuple(sorted(sorted(family, key=lambda other: abs(int(other[2:]) - wanted))[:3]))


def _example(text: str) -> Example:
    files: dict[str, str] = {}
    command: tuple[str, ...] = ()
    for fence in _FENCE.finditer(text):
        if fence["language"] == "shell":
            command = tuple(shlex.split(fence["body"]))
        elif fence["language"] == "ns":
            files[fence["file"] or MAIN] = fence["body"]
    return Example(files, command)
