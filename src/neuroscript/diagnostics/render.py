"""Diagnostics as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neuroscript.diagnostics.cells import clean, fold
from neuroscript.diagnostics.diagnostic import Diagnostic, Label, Severity
from neuroscript.diagnostics.excerpt import excerpt
from neuroscript.diagnostics.marks import Tint
from neuroscript.diagnostics.source import Source

RESET, BOLD, RED, YELLOW, BLUE, CYAN = (
    "\x1b[0m",
    "\x1b[1m",
    "\x1b[1;31m",
    "\x1b[1;33m",
    "\x1b[1;94m",
    "\x1b[1;36m",
)
NARROWEST = 40
"""Cells for a line of source, however narrow the screen is."""


def render(diagnostics: Iterable[Diagnostic], colour: bool = False, width: int = 100) -> str:
    """Each diagnostic with its source lines, carets, labels and help; blank lines between."""
    return "\n\n".join("\n".join(_Renderer(d, colour, width).lines()) for d in diagnostics)


class _Renderer:
    def __init__(self, diagnostic: Diagnostic, colour: bool, width: int) -> None:
        self.diagnostic = diagnostic
        self.colour = colour
        self.width = width
        self.tint = RED if diagnostic.severity is Severity.ERROR else YELLOW
        self.primary = Label(diagnostic.span, diagnostic.label)
        self.others = diagnostic.labels
        labels = (self.primary, *self.others)
        self.gutter = max(len(str(label.span.end_line)) for label in labels)

    def lines(self) -> list[str]:
        diagnostic = self.diagnostic
        head = self.paint(f"{diagnostic.severity}[{diagnostic.code}]", self.tint)
        lines = [head + self.paint(f": {clean(diagnostic.message)}", BOLD)]
        for source, labels in _by_source(self.primary, self.others):
            lines += self.about(source, labels)
        if diagnostic.help:
            lines += self.help(diagnostic.help)
        return lines

    def about(self, source: Source, labels: Sequence[Label]) -> list[str]:
        """Where the labels are in one source, and an excerpt of it."""
        margin, bar = " " * self.gutter, self.paint("|", BLUE)
        arrow = self.paint("-->" if labels[0] is self.primary else ":::", BLUE)
        first = labels[0].span
        lines = [f"{margin}{arrow} {clean(source.name)}:{first.line}:{first.column}"]
        if not source.text:
            return lines
        lines.append(f"{margin} {bar}")
        room = max(NARROWEST, self.width - self.gutter - 3)
        for left, row in excerpt(source, labels, self.primary, room):
            text = row.draw(self.paint_row)
            if left.dots:
                lines.append(f"{self.paint('...'.ljust(self.gutter + 3), BLUE)}{text}".rstrip())
            elif left.number is None:
                lines.append(f"{margin} {bar} {text}".rstrip())
            else:
                number = self.paint(f"{left.number:>{self.gutter}} |", BLUE)
                lines.append(f"{number} {text}".rstrip())
        return lines

    def help(self, text: str) -> list[str]:
        """What to try, its further lines below the first."""
        start = " " * self.gutter + f" {self.paint('=', BLUE)} {self.paint('help', CYAN)}: "
        room = max(NARROWEST, self.width - self.gutter - 9)
        lines = [line for part in text.split("\n") for line in fold(clean(part), room)]
        return [start + lines[0], *(" " * (self.gutter + 9) + line for line in lines[1:])]

    def paint_row(self, text: str, tint: Tint) -> str:
        colours = {Tint.PRIMARY: self.tint, Tint.SECONDARY: BLUE}
        return self.paint(text, colours[tint]) if tint in colours else text

    def paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{RESET}" if self.colour and text else text


def _by_source(primary: Label, others: Sequence[Label]) -> list[tuple[Source, list[Label]]]:
    groups: list[tuple[Source, list[Label]]] = [(primary.span.source, [primary])]
    for label in others:
        for source, group in groups:
            if _same(source, label.span.source):
                group.append(label)
                break
        else:
            groups.append((label.span.source, [label]))
    return groups


def _same(one: Source, other: Source) -> bool:
    """Whether two sources show the same: one file may have been read twice."""
    return one is other or (one.name, one.first_line, one.text) == (
        other.name,
        other.first_line,
        other.text,
    )
