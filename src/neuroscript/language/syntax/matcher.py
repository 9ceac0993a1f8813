"""Matches text against the grammar: parsimonious reads grammar.peg, this runs it.

Each rule becomes a function from a place in the text to the place behind what it matched. Only
rules with names have nodes, and there is no memory of earlier attempts: the grammar never tries a
long stretch of text twice. Both together make it more than twice as fast as parsimonious' own
matching. A text that does not match is matched again by functions that note what failed furthest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from parsimonious.expressions import Expression, Lookahead, OneOf, Quantifier, Regex
from parsimonious.expressions import Sequence as InOrder

from neuroscript.diagnostics import InternalError

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

    def __init__(self, rules: dict[str, Expression], start: str) -> None:
        self.fast = _Compiler(None).rule(rules[start])
        self.furthest = _Furthest()
        self.careful = _Compiler(self.furthest).rule(rules[start])

    def match(self, text: str) -> Node | Failure:
        """The tree of the whole text."""
        found: list[Node] = []
        if self.fast(text, 0, found) == len(text):
            return found[0]
        self.furthest.position, self.furthest.expected = -1, set()
        self.careful(text, 0, [])
        return Failure(self.furthest.position, frozenset(self.furthest.expected))


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
    """Makes functions of expressions; with `furthest`, functions that note there what fails."""

    def __init__(self, furthest: _Furthest | None) -> None:
        self.furthest = furthest
        self.made: dict[int, Match] = {}

    def rule(self, expression: Expression) -> Match:
        """The function of an expression; one that is needed inside itself is looked up later."""
        key = id(expression)
        if key not in self.made:
            self.made[key] = lambda text, pos, out: self.made[key](text, pos, out)
            match = self.body(expression)
            self.made[key] = match if not expression.name else self.named(expression, match)
        return self.made[key]

    def named(self, expression: Expression, match: Match) -> Match:
        if isinstance(expression, Regex):
            return match
        name, passed_on = expression.name, expression.name in PASSED_ON

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

    def body(self, expression: Expression) -> Match:
        match expression:
            case Regex():
                return self.token(expression)
            case OneOf():
                return _one_of([self.rule(member) for member in expression.members])
            case InOrder():
                return _in_order([self.rule(member) for member in expression.members])
            case Lookahead():
                return _absent(self.rule(expression.members[0]))
            case Quantifier():
                return _repeated(self.rule(expression.members[0]), expression.min, expression.max)
            case _:
                raise InternalError(f"grammar.peg: no way to match {expression}")

    def token(self, expression: Any) -> Match:
        name, match, furthest = expression.name, expression.re.match, self.furthest

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
