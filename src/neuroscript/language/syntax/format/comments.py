"""The comments of a program, and what each of them belongs to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace

from neuroscript.diagnostics import Sink, Source, Span
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.format.pieces import INDENT, Note
from neuroscript.language.syntax.layout import lay_out
from neuroscript.language.syntax.logical_line import LogicalLine

_COMMENT = re.compile(
    r"""(?P<doc>///[^\n]*)|(?P<comment>\#[^\n]*)|(?P<newline>\r?\n|\r)
    |`[^`\n]*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Comment:
    text: str
    start: int
    column: int = 0
    is_doc: bool = False
    after: int = -1
    """Index of the logical line before it; -1 at the top of the file."""

    level: int = 0
    """How many blocks it stands in, if it has a line of its own."""

    blank_before: bool = False

    @property
    def note(self) -> Note:
        return Note(self.text, self.column)


def scan(text: str) -> tuple[list[Comment], list[int]]:
    """The comments of a text without mistakes, and where its lines start."""
    comments: list[Comment] = []
    starts = [0]
    for token in _COMMENT.finditer(text):
        kind = token.lastgroup
        if kind == "newline":
            starts.append(token.end())
        elif kind is not None:
            before = text[starts[-1] : token.start()]
            tabs = len(before) - len(before.lstrip("\t"))
            column = len(before) + tabs * (INDENT - 1)
            is_doc = kind == "doc"
            write = _doc if is_doc else _comment
            comments.append(Comment(write(token.group()), token.start(), column, is_doc))
    return comments, starts


def _doc(text: str) -> str:
    """`/// words`, as the words are read."""
    return f"/// {text[3:].removeprefix(' ').rstrip()}".rstrip()


def _comment(text: str) -> str:
    """`# words`; rows of `#` and `#!` stay as they are."""
    words = text[1:].rstrip()
    return (
        f"# {words}" if words and not words[0].isspace() and words[0] not in "#!" else f"#{words}"
    )


class Notes:
    """Which logical line a place is in, and which comments stand before, behind and inside it."""

    def __init__(self, program: ast.Program) -> None:
        self.source: Source = program.source
        layout = lay_out(program.source, Sink())
        self.lines: list[LogicalLine] = [line for unit in layout.units for line in unit.lines]
        self._starts = [line.start for line in self.lines]
        comments, self._physical = scan(program.source.text)
        self.own: list[Comment] = []
        """Those on lines of their own, in the order in which they are written."""
        self.trailing: dict[int, Note] = {}
        """Those at the end of a logical line."""
        self._inside: dict[tuple[int, int], list[Comment]] = defaultdict(list)
        self._sort(comments, _bracketed(program))

    def line_at(self, offset: int) -> int:
        """The index of the logical line that a place is in, or that last began before it."""
        return bisect_right(self._starts, offset) - 1

    def begins_line(self, offset: int) -> bool:
        """Whether a logical line begins here."""
        i = self.line_at(offset)
        return i >= 0 and self.lines[i].start == offset

    def level(self, offset: int) -> int:
        return self.lines[self.line_at(offset)].level

    def blank_before(self, offset: int) -> bool:
        """Whether the line above the one that a place is in is empty."""
        row = bisect_right(self._physical, offset) - 1
        if row == 0:
            return False
        return not self.source.text[self._physical[row - 1] : self._physical[row]].strip()

    def inside(self, span: Span) -> list[Comment]:
        """The comments directly inside a construct with brackets."""
        return list(self._inside.get((span.start, span.end), ()))

    def same_line(self, start: int, end: int) -> bool:
        """Whether no line ends between two places."""
        return bisect_right(self._physical, start) == bisect_right(self._physical, end)

    # --- sorting them

    def _sort(self, comments: list[Comment], brackets: list[tuple[int, int]]) -> None:
        docs: list[Comment] = []
        for comment in comments:
            i = self.line_at(comment.start)
            comment = replace(comment, after=i)
            if comment.is_doc:
                docs.append(comment)
            elif i >= 0 and comment.start < self.lines[i].end:
                self._sort_inner(comment, brackets)
            elif i >= 0 and self.same_line(self.lines[i].end, comment.start):
                self.trailing[i] = comment.note
            else:
                self._add_own(comment)
        self.own += self._placed(docs)
        self.own.sort(key=lambda comment: comment.start)

    def _sort_inner(self, comment: Comment, brackets: list[tuple[int, int]]) -> None:
        around = [(start, end) for start, end in brackets if start < comment.start < end]
        if around:
            self._inside[max(around, key=lambda span: (span[0], -span[1]))].append(comment)
        else:
            line = self.lines[comment.after]
            self.own.append(
                replace(comment, start=line.start - 1, after=comment.after - 1, level=line.level)
            )

    def _add_own(self, comment: Comment) -> None:
        level, blank = self._own_level(comment), self.blank_before(comment.start)
        self.own.append(replace(comment, level=level, blank_before=blank))

    def _own_level(self, comment: Comment) -> int:
        """The block that a comment belongs to: of those that end here, the one it is indented as.

        A comment that follows another is not deeper than that one.
        """
        i = comment.after
        deepest = self.lines[i].level if i >= 0 else 0
        following = self.lines[i + 1].level if i + 1 < len(self.lines) else 0
        if self.own and self.own[-1].after == i:
            deepest = min(deepest, self.own[-1].level)
        column = self._column(comment.start)
        open_level = deepest
        for line in reversed(self.lines[: i + 1]):
            if line.level <= following:
                break
            if line.level <= open_level:
                open_level = line.level
                if self._column(line.start) <= column:
                    return line.level
        return following

    def _column(self, offset: int) -> int:
        return offset - self._physical[bisect_right(self._physical, offset) - 1]

    def _placed(self, docs: list[Comment]) -> Iterator[Comment]:
        """Documentation, moved before the neuron that it documents if it stands elsewhere."""
        heads = [i for i, line in enumerate(self.lines) if line.level == 0 and _is_neuron(line)]
        last = len(self.lines)
        by_head: dict[int, list[Comment]] = defaultdict(list)
        for doc in docs:
            reached = doc.after if not self._alone(doc) else doc.after + 1
            by_head[next((i for i in heads if i >= reached), last)].append(doc)
        for head, group in by_head.items():
            there = [doc for doc in group if doc.after == head - 1 and self._alone(doc)]
            end = self.lines[head].start if head < last else len(self.source.text) + 1
            first = there[0].start if there else end
            for doc in group:
                if doc in there:
                    yield replace(doc, blank_before=self.blank_before(doc.start))
                else:
                    start = first if doc.start < first else end
                    yield replace(doc, start=start - 1, after=head - 1)

    def _alone(self, comment: Comment) -> bool:
        """Whether it has a line of its own, outside brackets."""
        if comment.after < 0:
            return True
        end = self.lines[comment.after].end
        return end <= comment.start and not self.same_line(end, comment.start)


def _is_neuron(line: LogicalLine) -> bool:
    return re.match(r"neuron\b", line.text) is not None


def _bracketed(program: ast.Program) -> list[tuple[int, int]]:
    """The spans of all constructs whose items may have comments of their own."""
    found: list[tuple[int, int]] = []
    stack: list[object] = [program]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        elif is_dataclass(node) and not isinstance(node, Span | Source):
            if isinstance(node, ast.Neuron):
                found.append((node.name.span.end, node.span.end))
            elif isinstance(node, _WITH_ITEMS):
                found.append((node.span.start, node.span.end))
            stack.extend(getattr(node, field.name) for field in fields(node))
    return found


_WITH_ITEMS = (
    ast.Call,
    ast.ListValue,
    ast.ShapeExpr,
    ast.TupleStep,
    ast.Rearrange,
    ast.Wrap,
    ast.External,
)
