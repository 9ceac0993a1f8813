"""Lines of Python laid out as Black would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from neuroscript.codegen.operators import at_last_bracket, at_operators
from neuroscript.diagnostics import Span

WIDTH = 88

SELF = "\x00self\x00"
"""Stands for the name of a class until it is known."""


Text = tuple[str, list[str], str]
"""An expression as head, items and tail, so that it can be broken over lines."""


def flat(text: Text) -> str:
    """The expression on one line."""
    head, items, tail = text
    return f"{head}{', '.join(items)}{tail}"


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

    @contextmanager
    def indented(self) -> Iterator[None]:
        """For lines of a block."""
        self.depth += 1
        yield
        self.depth -= 1

    @property
    def last_block(self) -> str | None:
        """What the last lines stand under, if they are a block."""
        indent = "    " * self.depth
        heads = (line for line in reversed(self.lines) if not line.startswith(f"{indent}    "))
        head = next(heads, None)
        return head.removeprefix(indent) if head and head != self.lines[-1] else None

    def fits(self, text: str) -> bool:
        return len("    " * self.depth + text) <= WIDTH

    def wrapped(self, head: str, items: Sequence[str], tail: str) -> None:
        """`head` + items joined by commas + `tail`, over several lines where it is too long."""
        indent = "    " * self.depth
        whole = f"{head}{', '.join(items)}{tail}"
        if len(indent + whole) <= WIDTH:
            self.line(whole)
            return
        if not items:
            self.broken_at_operators(whole)
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
        with self.indented():
            if self.fits(inner) and not inner.startswith("self,"):
                self.line(inner)
            elif len(items) == 1:
                self.item(inner)
            else:
                for item in items:
                    self.item(item, ",")
        self.line(tail)

    def item(self, text: str, comma: str = "") -> None:
        """A line of its own, or several, opened at the last bracket where it is too long."""
        opened = None if self.fits(text + comma) else at_last_bracket(text)
        if opened is None:
            self.line(text + comma)
        else:
            head, items, tail = opened
            self.wrapped(head, items, tail + comma)

    def imports(self, line: str) -> None:
        """An import, with a name a line where it is too long."""
        start, found, names = line.partition(" import ")
        if self.fits(line) or not found:
            self.line(line)
            return
        self.line(f"{start} import (")
        for name in names.split(", "):
            self.line(f"    {name},")
        self.line(")")

    def broken_at_operators(self, text: str) -> None:
        """A statement that is too long, as one text."""
        target, assigned, value = text.partition(" = ")
        parts = at_operators(value)
        if not assigned or len(parts) == 1:
            self.item(text)
            return
        self.line(f"{target} = (")
        with self.indented():
            for part in [value] if self.fits(value) else parts:
                self.line(part)
        self.line(")")

    def nested(self, heads: Sequence[str], items: Sequence[str], tails: Sequence[str]) -> None:
        """Brackets in brackets, outermost first; opened one by one as far as it is too long."""
        whole = f"{''.join(heads)}{', '.join(items)}{''.join(reversed(tails))}"
        if self.fits(whole) or len(heads) == 1:
            self.wrapped("".join(heads), items, "".join(reversed(tails)))
            return
        self.line(heads[0])
        self.depth += 1
        self.nested(heads[1:], items, tails[1:])
        self.depth -= 1
        self.line(tails[0])

    def chained(self, prefix: str, chain: Chain) -> None:
        """A chain of calls: on one line, broken at a bracket, or a call a line from three on."""
        text = chain.text()
        if self.fits(prefix + text) or not chain.calls:
            self.line(prefix + text)
        elif len(chain.calls) > 2:
            self.line(f"{prefix}(")
            self.depth += 1
            first, *others = [f".{name}({', '.join(items)})" for name, items in chain.calls]
            for part in (chain.base + first, *others):
                self.line(part)
            self.depth -= 1
            self.line(")")
        else:
            self.broken(prefix, chain)

    def broken(self, prefix: str, chain: Chain) -> None:
        """One or two calls: at the last bracket if what stands before it fits, else the first."""
        (name, items), *more = chain.calls
        if not more:
            self.wrapped(f"{prefix}{chain.base}.{name}(", items, ")")
            return
        (second, others) = more[0]
        head = f"{prefix}{chain.base}.{name}({', '.join(items)}).{second}("
        if self.fits(head) and others:
            self.wrapped(head, others, ")")
        else:
            tail = f").{second}({', '.join(others)})"
            self.wrapped(f"{prefix}{chain.base}.{name}(", items, tail)

    def docstring(self, first: str, body: str = "") -> None:
        first, body = _escaped(first.replace("\n", " ")), _escaped(body)
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


@dataclass(frozen=True, slots=True)
class Chain:
    """`x.reshape(..).permute(..)`: what it starts from, and calls with their arguments."""

    base: str
    calls: tuple[tuple[str, list[str]], ...]

    def text(self) -> str:
        calls = (f".{name}({', '.join(items)})" for name, items in self.calls)
        return f"{self.base}{''.join(calls)}"


def _visible(character: str) -> str:
    shown = character.isprintable() or character == "\n"
    return character if shown else repr(character)[1:-1]


def _escaped(text: str) -> str:
    """Text that stays itself inside a docstring, and shows what it is."""
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if not text.isprintable():
        text = SELF.join("".join(map(_visible, part)) for part in text.split(SELF))
    return text[:-1] + '\\"' if text.endswith('"') else text


def string(text: str) -> str:
    """A string literal with double quotes where Black would have them."""
    literal = repr(text)
    if literal[0] == "'" and '"' not in text:
        return '"' + literal[1:-1].replace("\\'", "'") + '"'
    return literal
