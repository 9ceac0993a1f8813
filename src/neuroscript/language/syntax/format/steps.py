"""Steps of a connection as parts of one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from neuroscript.language.syntax import ast
from neuroscript.language.syntax.format.comments import Notes
from neuroscript.language.syntax.format.pieces import Piece
from neuroscript.language.syntax.format.values import Values


class Steps:
    """Writes steps on one line where the author did."""

    def __init__(self, notes: Notes, values: Values) -> None:
        self.notes = notes
        self.values = values

    def chain(self, steps: Sequence[ast.Step]) -> Piece | None:
        """Steps on one line; None if that cannot be."""
        row: Piece = ()
        for step in steps:
            piece = self.step(step)
            if piece is None:
                return None
            row = join(row, step, piece)
        return row

    def step(self, step: ast.Step) -> Piece | None:
        """A step on one line; None if it has a block, or a branch on a line of its own."""
        match step:
            case ast.Call():
                return self.values.call(step)
            case ast.Node():
                return self.values.node(step)
            case ast.TupleStep(items, span):
                parts = [(item.span, self.values.node(item)) for item in items]
                return (self.values.listing("(", parts, ")", span),)
            case ast.Rearrange():
                return self.values.rearrangement(step)
            case ast.If():
                return self.branches_inline(step)
            case ast.Wrap(_, target):
                if isinstance(target, ast.Node):
                    return (*self.head(step), " ", *self.values.node(target))
                body = self.body(target)
                return None if body is None else (*self.head(step), " -> ", *body)
            case ast.Match():
                return None
            case _:
                assert_never(step)

    def head(self, step: ast.Step) -> Piece:
        """What stands before the block of a step."""
        match step:
            case ast.If(branches):
                return ("if ", *self.values.alone(branches[0].condition), ":")
            case ast.Match(param):
                return (f"match({param}):" if param else "match:",)
            case ast.Wrap(args, _, span):
                return ("@wrap", self.values.arguments(args, span), ":")
            case _:
                raise AssertionError(f"{step} has no block")

    def body(self, block: ast.Block) -> Piece | None:
        """A body on the line of its head; None if it has lines of its own."""
        if self.notes.begins_line(block.span.start):
            return None
        (line,) = block.lines
        return self.chain(line.steps)

    def branches_inline(self, step: ast.If) -> Piece | None:
        line = self.notes.line_at(step.span.start)
        row: Piece = ()
        for word, branch in zip(_words(), step.branches, strict=False):
            body = self.body(branch.block)
            if body is None or self.notes.line_at(branch.condition.span.start) != line:
                return None
            condition = self.values.alone(branch.condition)
            row = (*row, *((" ",) if row else ()), f"{word} ", *condition, ": ", *body)
        if step.otherwise is None:
            return row
        body = self.body(step.otherwise)
        if body is None or self.notes.line_at(step.otherwise.span.start) != line:
            return None
        return (*row, " else: ", *body)

    def arrow(self, block: ast.Block | None) -> Piece:
        """The arrow at the end of a line with a block, unless the block begins with one."""
        if block is None or block.lines[0].continues:
            return ()
        above = self.notes.lines[self.notes.line_at(block.span.start) - 1]
        rearranges = isinstance(block.lines[0].steps[0], ast.Rearrange)
        return () if rearranges and not above.text.endswith("->") else (" ->",)


def join(row: Piece, step: ast.Step, piece: Piece) -> Piece:
    """The row, going on with a step."""
    if not row:
        return piece
    return (*row, " " if isinstance(step, ast.Rearrange) else " -> ", *piece)


def has_block(step: ast.Step) -> bool:
    return isinstance(step, ast.If) or (
        isinstance(step, ast.Wrap) and isinstance(step.target, ast.Block)
    )


def _words() -> Iterator[str]:
    yield "if"
    while True:
        yield "elif"
