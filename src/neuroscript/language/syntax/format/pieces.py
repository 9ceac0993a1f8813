"""Text that may be broken over lines inside brackets, and how it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

WIDTH = 100
INDENT = 4


@dataclass(frozen=True, slots=True)
class Note:
    """A comment behind something, and the column where it stood."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A physical line: its text, which may be empty, and the comment behind it."""

    indent: int
    text: str
    note: Note | None = None
    is_comment: bool = False

    @property
    def end(self) -> int:
        """The column behind the text."""
        return self.indent + len(self.text)

    @property
    def overflow(self) -> int:
        """How far the text stands out; comments may be as long as they are."""
        return 0 if self.is_comment else max(0, self.end - WIDTH)


@dataclass(frozen=True, slots=True)
class Break:
    """A blank before an operator, where a line may end inside brackets.

    Lines end first at the operators that bind least.
    """

    precedence: int


@dataclass(frozen=True, slots=True)
class Item:
    """One of several things in brackets, with the comments that belong to it."""

    piece: Piece
    before: tuple[str, ...] = ()
    after: Note | None = None


@dataclass(frozen=True)
class Brackets:
    """Items on one line, or one on a line; `optional` ones are written only in the second case."""

    open: str
    items: tuple[Item, ...]
    close: str
    comma: bool = True
    optional: bool = False
    ends: tuple[str, ...] = ()
    """Comments behind the last item."""

    @cached_property
    def noted(self) -> bool:
        """Whether there are comments inside, which need lines of their own."""
        return bool(self.ends) or any(
            item.before or item.after or _noted(item.piece) for item in self.items
        )


Part = str | Break | Brackets
Piece = tuple[Part, ...]


def _noted(piece: Piece) -> bool:
    return any(isinstance(part, Brackets) and part.noted for part in piece)


def group(piece: Piece, optional: bool = False) -> Brackets:
    """Round brackets around one thing."""
    return Brackets("(", (Item(piece),), ")", comma=False, optional=optional)


def flat(piece: Piece) -> str:
    """All of it on one line, without its comments."""
    return "".join(_flat(part) for part in piece)


def _flat(part: Part) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Break):
        return " "
    inner = ", ".join(flat(item.piece) for item in part.items)
    return inner if part.optional else part.open + inner + part.close


def inline(piece: Piece, indent: int) -> list[Row] | None:
    """The piece without a break that only its length would ask for; None if it is too long."""
    rows = _Folding().rows(piece, indent, _forced(piece))
    return None if any(row.overflow for row in rows) else rows


def fold(piece: Piece, indent: int) -> list[Row]:
    """The piece with as few breaks as make it fit; what stands out least if nothing does."""
    return _Folding().fold(piece, indent)


def _forced(piece: Piece) -> frozenset[int]:
    return frozenset(i for i, part in enumerate(piece) if isinstance(part, Brackets) and part.noted)


def _choices(piece: Piece) -> Iterator[frozenset[int]]:
    """Sets of parts to break at, the ones that change least first."""
    forced = _forced(piece)
    brackets = [i for i, part in enumerate(piece) if isinstance(part, Brackets) and part.items]
    breaks = {i: part.precedence for i, part in enumerate(piece) if isinstance(part, Break)}
    yield forced
    for most in sorted(set(breaks.values())):
        yield forced | {i for i, precedence in breaks.items() if precedence <= most}
    for i in reversed(brackets):
        yield forced | {i}
    yield forced | frozenset(brackets)
    yield forced | frozenset(brackets) | breaks.keys()


class _Folding:
    """Lays out a piece; brackets that are met again at the same indent are laid out once."""

    def __init__(self) -> None:
        self._opened: dict[tuple[int, int], list[Row]] = {}

    def fold(self, piece: Piece, indent: int, tail: str = "") -> list[Row]:
        """The rows of a piece that `tail` follows."""
        best: list[Row] = []
        least: int | None = None
        for chosen in _choices(piece):
            rows = self.rows((*piece, tail), indent, chosen)
            overflow = max(row.overflow for row in rows)
            if least is None or overflow < least:
                best, least = rows, overflow
            if not overflow:
                break
        return best

    def rows(self, piece: Piece, indent: int, chosen: frozenset[int]) -> list[Row]:
        """The piece broken at the chosen parts."""
        rows: list[Row] = []
        text, at = "", indent
        for i, part in enumerate(piece):
            if i not in chosen or isinstance(part, str):
                text += _flat(part)
            elif isinstance(part, Break):
                rows.append(Row(at, text))
                text, at = "", indent + INDENT
            else:
                rows.append(Row(at, text + part.open))
                rows += self.inside(part, at + INDENT)
                text = part.close
        return [*rows, Row(at, text)]

    def inside(self, brackets: Brackets, indent: int) -> list[Row]:
        """One item a row, or more, with its comments."""
        key = id(brackets), indent
        if key not in self._opened:
            rows: list[Row] = []
            for k, item in enumerate(brackets.items, 1):
                rows += (Row(indent, comment, is_comment=True) for comment in item.before)
                comma = "," if brackets.comma or k < len(brackets.items) else ""
                *first, last = self.fold(item.piece, indent, comma)
                rows += (*first, replace(last, note=item.after))
            rows += (Row(indent, comment, is_comment=True) for comment in brackets.ends)
            self._opened[key] = rows
        return self._opened[key]
