"""Matches text against the grammar: parsimonious reads grammar.peg, this runs its rules.

Each rule becomes a function from a place in the text to the place behind what it matched. Only
rules with names have nodes, and there is no memory of earlier attempts: the grammar never tries a
long stretch of text twice. Both together make it more than twice as fast as parsimonious' own
matching. A text that does not match is matched again by functions that note what failed furthest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Rule = tuple[str, str, tuple[Any, ...]]
"""What it is, its name if it has one, and: the pattern of a `token`; the parts of `one_of` and
`in_order`; the part that has to be `absent`; of `repeated`, part, least and most (-1: any)."""

Part = str | Rule
"""Another rule by its name, or one that stands inside."""

PASSED_ON = frozenset(
    "conjunction negation comparison sum product unary atom dim_term dim_atom".split()
)
"""Rules that have no node of their own where they only pass one other on."""


class Node:
    """What a rule matched: `start <= i < end` of the text, and the nodes of the rules inside."""

    __slots__ = ("children", "end", "rule", "source", "start")

    def __init__(
        self, rule: str, source: str, start: int, end: int, children: Sequence[Node]
    ) -> None:
        self.rule = rule
        self.source = source
        self.start = start
        self.end = end
        self.children = children

    @property
    def text(self) -> str:
        return self.source[self.start : self.end]


class Failure(NamedTuple):
    """Why a text does not match: the furthest place, and the tokens that might stand there."""

    position: int
    expected: frozenset[str]


Match = Callable[[str, int, list[Node]], int]
"""Appends nodes and gives the place behind them, or gives -1 and leaves the list alone."""


class Matcher:
    """The rules of a grammar, ready to run."""

    def __init__(self, rules: Mapping[str, Rule], start: str) -> None:
        self.rules = rules
        self.start = start
        self.fast = _Compiler(rules, None).part(start)

    def failure(self, text: str) -> Failure:
        """What failed furthest, looked for by functions that note it."""
        furthest = _Furthest()
        _Compiler(self.rules, furthest).part(self.start)(text, 0, [])
        return Failure(furthest.position, frozenset(furthest.expected))

    def match(self, text: str) -> Node | Failure:
        """The tree of the whole text."""
        found: list[Node] = []
        if self.fast(text, 0, found) == len(text):
            return found[0]
        return self.failure(text)


class _Furthest:
    """The furthest place where something failed, and what did there."""

    def __init__(self) -> None:
        self.position = -1
        self.expected: set[str] = set()

    def note(self, position: int, name: str) -> None:
        if position > self.position:
            self.position, self.expected = position, {name}
        elif position == self.position:
            self.expected.add(name)


class _Compiler:
    """Makes functions of rules; with `furthest`, functions that note there what fails."""

    def __init__(self, rules: Mapping[str, Rule], furthest: _Furthest | None) -> None:
        self.rules = rules
        self.furthest = furthest
        self.made: dict[str, Match] = {}

    def part(self, part: Part) -> Match:
        """The function of a rule; one that is needed inside itself is looked up later."""
        if not isinstance(part, str):
            return self.body(part)
        if part not in self.made:
            self.made[part] = lambda text, pos, out: self.made[part](text, pos, out)
            rule = self.rules[part]
            match = self.body(rule)
            self.made[part] = match if rule[0] == "token" else self.named(part, match)
        return self.made[part]

    def named(self, name: str, match: Match) -> Match:
        passed_on = name in PASSED_ON

        def node(text: str, pos: int, out: list[Node]) -> int:
            inside: list[Node] = []
            end = match(text, pos, inside)
            if end >= 0:
                if passed_on and len(inside) == 1:
                    out.append(inside[0])
                else:
                    out.append(Node(name, text, pos, end, inside))
            return end

        return node

    def body(self, rule: Rule) -> Match:
        kind, name, parts = rule
        match kind:
            case "token":
                return self.token(name, parts[0])
            case "one_of":
                return _one_of([self.part(part) for part in parts])
            case "in_order":
                return _in_order([self.part(part) for part in parts])
            case "absent":
                return _absent(self.part(parts[0]))
            case _:
                part, least, most = parts
                return _repeated(self.part(part), least, most if most >= 0 else float("inf"))

    def token(self, name: str, pattern: str) -> Match:
        match, furthest = re.compile(pattern).match, self.furthest

        def token(text: str, pos: int, out: list[Node]) -> int:
            found = match(text, pos)
            if found is None:
                return -1
            end: int = found.end()
            out.append(Node(name, text, pos, end, ()))
            return end

        def careful(text: str, pos: int, out: list[Node]) -> int:
            end = token(text, pos, out)
            if end < 0 and furthest is not None:
                furthest.note(pos, name)
            return end

        return token if furthest is None else careful


def _one_of(members: Sequence[Match]) -> Match:
    def one_of(text: str, pos: int, out: list[Node]) -> int:
        for member in members:
            end = member(text, pos, out)
            if end >= 0:
                return end
        return -1

    return one_of


def _in_order(members: Sequence[Match]) -> Match:
    def in_order(text: str, pos: int, out: list[Node]) -> int:
        before = len(out)
        for member in members:
            pos = member(text, pos, out)
            if pos < 0:
                del out[before:]
                return -1
        return pos

    return in_order


def _absent(member: Match) -> Match:
    def absent(text: str, pos: int, _out: list[Node]) -> int:
        return pos if member(text, pos, []) < 0 else -1

    return absent


def _repeated(member: Match, least: int, most: float) -> Match:
    def repeated(text: str, pos: int, out: list[Node]) -> int:
        before, count = len(out), 0
        while count < most:
            end = member(text, pos, out)
            if end < 0:
                break
            count += 1
            pos = end
        if count < least:
            del out[before:]
            return -1
        return pos

    return repeated
