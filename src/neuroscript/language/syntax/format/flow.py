"""Connections, branches and blocks of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neuroscript.language.syntax import ast
from neuroscript.language.syntax.format.page import Page
from neuroscript.language.syntax.format.pieces import INDENT, Piece, inline
from neuroscript.language.syntax.format.steps import Steps, has_block, join
from neuroscript.language.syntax.format.values import Values


@dataclass(frozen=True, slots=True)
class Opening:
    """One way to write the first row of a connection."""

    row: Piece
    step: int | None
    """Index of the step whose block follows; None if all steps are in the row."""

    first_inline: bool = False
    """Whether the body of that step's first branch is in the row."""

    spread: bool = False
    """Whether all branches of that step become blocks."""


class Flow:
    """Writes connections: on one line where they were and still fit, else as a block of steps."""

    def __init__(self, page: Page, values: Values) -> None:
        self.page = page
        self.values = values
        self.notes = page.notes
        self.parts = Steps(page.notes, values)

    def block(self, block: ast.Block, indent: int) -> None:
        self.page.open_block()
        self.lines(block, indent)

    def lines(self, block: ast.Block, indent: int) -> None:
        for line in block.lines:
            self.line(line, indent)
        self.page.close_block(block.span.start, indent)

    def headed(self, head: Piece, block: ast.Block, indent: int, start: int) -> None:
        """A head ending in `:` with its block behind or below it, as it was."""
        if self.notes.begins_line(block.span.start):
            self.page.statement(head, indent, start)
            self.block(block, indent + INDENT)
        else:
            (line,) = block.lines
            self.line(line, indent, head, start)

    def line(self, line: ast.Line, indent: int, head: Piece = (), start: int | None = None) -> None:
        start = line.span.start if start is None else start
        lead: Piece = ("-> ",) if line.continues else ()
        if not head:
            self.steps(line.steps, line.block, indent, start, lead)
            return
        openings = self.openings(line.steps, line.block, (*head, " ", *lead))
        opening = next((o for o in openings if inline(o.row, indent) is not None), None)
        if opening is None or (opening.spread and line.block is None):
            self.page.statement(head, indent, start)
            self.page.open_block()
            self.line(line, indent + INDENT)
        else:
            self.write(opening, line.steps, line.block, indent, start)

    def steps(
        self,
        steps: Sequence[ast.Step],
        block: ast.Block | None,
        indent: int,
        start: int,
        lead: Piece = (),
    ) -> None:
        """A connection in the first form that fits; one step a line if none does."""
        openings = list(self.openings(steps, block, lead))
        fitting = (o for o in openings if inline(o.row, indent) is not None)
        opening = next(fitting, None)
        if opening is None and len(steps) > 1 and openings[-1].step != 0:
            self.one_by_one(steps, block, indent, start, lead)
        else:
            self.write(opening or openings[-1], steps, block, indent, start)

    def one_by_one(
        self,
        steps: Sequence[ast.Step],
        block: ast.Block | None,
        indent: int,
        start: int,
        lead: Piece,
    ) -> None:
        """The first step, and all others below it as a block."""
        first, *rest = steps
        piece = self.parts.step(first)
        assert piece is not None  # a step with a block ends its row
        self.page.statement((*lead, *piece, " ->"), indent, start)
        self.page.open_block()
        for step in rest:
            self.steps((step,), None, indent + INDENT, step.span.start)
        if block is not None:
            self.lines(block, indent + INDENT)

    # --- the first row

    def openings(
        self, steps: Sequence[ast.Step], block: ast.Block | None, lead: Piece
    ) -> Iterator[Opening]:
        """Ways to write the first row, the author's own first."""
        row: Piece = ()
        head: Piece = ()
        for i, step in enumerate(steps):
            piece = self.parts.step(step)
            if piece is None:
                yield from self.openings_at(
                    step, i, (*lead, *join(row, step, self.parts.head(step)))
                )
                return
            head = join(row, step, self.parts.head(step)) if has_block(step) else ()
            row = join(row, step, piece)
        yield Opening((*lead, *row, *self.parts.arrow(block)), None)
        if has_block(steps[-1]):
            yield Opening((*lead, *head), len(steps) - 1, spread=True)

    def openings_at(self, step: ast.Step, i: int, row: Piece) -> Iterator[Opening]:
        """Ways to write a row that ends in the head of a step with a block."""
        body = self.parts.body(step.branches[0].block) if isinstance(step, ast.If) else None
        if body is not None:
            yield Opening((*row, " ", *body), i, first_inline=True)
        yield Opening(row, i)

    # --- what follows the first row

    def write(
        self,
        opening: Opening,
        steps: Sequence[ast.Step],
        block: ast.Block | None,
        indent: int,
        start: int,
    ) -> None:
        self.page.statement(opening.row, indent, start)
        if opening.step is None:
            if block is not None:
                self.block(block, indent + INDENT)
            return
        self.bodies(steps[opening.step], opening, indent)
        rest = steps[opening.step + 1 :]
        if rest:
            lead: Piece = () if isinstance(rest[0], ast.Rearrange) else ("-> ",)
            self.steps(rest, block, indent, rest[0].span.start, lead)
        elif block is not None:
            arrow = self.notes.lines[self.notes.line_at(block.span.start) - 1]
            self.page.statement(("->",), indent, arrow.start)
            self.block(block, indent + INDENT)

    def bodies(self, step: ast.Step, opening: Opening, indent: int) -> None:
        """The blocks of a step whose head has been written."""
        match step:
            case ast.If():
                self.branches(step, opening, indent)
            case ast.Match(_, arms):
                self.page.open_block()
                for arm in arms:
                    self.headed(
                        self.values.pattern(arm), arm.block, indent + INDENT, arm.span.start
                    )
                self.page.close_block(arms[0].span.start, indent + INDENT)
            case ast.Wrap(_, ast.Block() as target):
                self.block(target, indent + INDENT)
            case _:
                raise AssertionError(f"{step} has no block")

    def branches(self, step: ast.If, opening: Opening, indent: int) -> None:
        first, *others = step.branches
        if not opening.first_inline:
            self.block(first.block, indent + INDENT)
        for branch in others:
            head = ("elif ", *self.values.alone(branch.condition), ":")
            self.branch(head, branch.block, indent, branch.condition.span.start, opening.spread)
        if step.otherwise is not None:
            start = step.otherwise.span.start
            if self.notes.begins_line(start):
                start = self.notes.lines[self.notes.line_at(start) - 1].start
            self.branch(("else:",), step.otherwise, indent, start, opening.spread)

    def branch(self, head: Piece, block: ast.Block, indent: int, start: int, spread: bool) -> None:
        body = None if spread else self.parts.body(block)
        row = None if body is None else (*head, " ", *body)
        if row is not None and inline(row, indent) is not None:
            self.page.statement(row, indent, start)
        else:
            self.page.statement(head, indent, start)
            self.block(block, indent + INDENT)
