"""Lines of Python laid out as Black would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from neuroscript.diagnostics import Span

WIDTH = 88


class Line(str):
    """A line of Python that knows which part of the source it stands for."""

    __slots__ = ("place",)
    place: Span | None

    def __new__(cls, text: str, place: Span | None = None) -> Self:
        line = super().__new__(cls, text)
        line.place = place
        return line


class Writer:
    """Collects lines at a depth of indentation; `place` is the source of those to come."""

    def __init__(self, depth: int = 0, place: Span | None = None) -> None:
        self.lines: list[Line] = []
        self.depth = depth
        self.place = place

    def line(self, text: str = "") -> None:
        self.lines.append(Line("    " * self.depth + text if text else "", self.place))

    def fits(self, text: str) -> bool:
        return len("    " * self.depth + text) <= WIDTH

    def wrapped(self, head: str, items: Sequence[str], tail: str) -> None:
        """`head` + items joined by commas + `tail`, over several lines where it is too long."""
        indent = "    " * self.depth
        whole = f"{head}{', '.join(items)}{tail}"
        if len(indent + whole) <= WIDTH or not items:
            self.line(whole)
            return
        target, assigned, value = head.partition(" = ")
        if assigned and len(indent + head) > WIDTH:
            self.line(f"{target} = (")
            self.depth += 1
            self.wrapped(value, items, tail)
            self.depth -= 1
            self.line(")")
            return
        inner = ", ".join(items)
        self.line(head)
        self.depth += 1
        fits = len("    " * self.depth + inner) <= WIDTH and not inner.startswith("self,")
        if fits or len(items) == 1:
            self.line(inner)
        else:
            for item in items:
                self.line(f"{item},")
        self.depth -= 1
        self.line(tail)

    def docstring(self, first: str, body: str = "") -> None:
        first, body = _escaped(first), _escaped(body)
        if not body:
            self.line(f'"""{first}"""')
            return
        self.line(f'"""{first}')
        self.line()
        for row in body.split("\n"):
            self.line(row.rstrip())
        self.line('"""')

    def text(self) -> str:
        return "\n".join(self.lines).rstrip("\n") + "\n"


def _escaped(text: str) -> str:
    """Text that stays itself inside a docstring."""
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return text[:-1] + '\\"' if text.endswith('"') else text


def string(text: str) -> str:
    """A string literal with double quotes where Black would have them."""
    literal = repr(text)
    if literal[0] == "'" and '"' not in text:
        return '"' + literal[1:-1].replace("\\'", "'") + '"'
    return literal
