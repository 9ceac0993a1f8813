"""Diagnostics as text for people, and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from neuroscript.diagnostics.diagnostic import Diagnostic, Label, Severity
from neuroscript.diagnostics.source import Source, Span

RESET, BOLD, RED, YELLOW, BLUE, CYAN = (
    "\x1b[0m",
    "\x1b[1m",
    "\x1b[1;31m",
    "\x1b[1;33m",
    "\x1b[1;34m",
    "\x1b[1;36m",
)


def render(diagnostics: Iterable[Diagnostic], colour: bool = False, width: int = 100) -> str:
    """Each diagnostic with its source lines, carets, labels and help; blank lines between."""
    return "\n\n".join(_Renderer(colour, width).render(d) for d in diagnostics)


def as_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """The diagnostic as JSON-ready data; lines and columns count from 1."""
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "help": diagnostic.help,
        **_place(diagnostic.span),
        "labels": [{"text": label.text, **_place(label.span)} for label in diagnostic.labels],
    }


def _place(span: Span) -> dict[str, Any]:
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": end_line,
        "end_column": end_column,
    }


class _Renderer:
    def __init__(self, colour: bool, width: int) -> None:
        self.colour = colour
        self.width = width

    def paint(self, text: str, code: str) -> str:
        return f"{code}{text}{RESET}" if self.colour and text else text

    def render(self, diagnostic: Diagnostic) -> str:
        tint = RED if diagnostic.severity is Severity.ERROR else YELLOW
        head = f"{diagnostic.severity}[{diagnostic.code}]"
        lines = [self.paint(head, tint) + self.paint(f": {diagnostic.message}", BOLD)]
        primary = Label(diagnostic.span, diagnostic.label)
        gutter = max(len(str(label.span.end_line)) for label in (primary, *diagnostic.labels))
        for i, (source, labels) in enumerate(_by_source(primary, diagnostic.labels)):
            first = labels[0].span
            arrow = "-->" if i == 0 else ":::"
            lines.append(
                " " * gutter
                + self.paint(arrow, BLUE)
                + f" {source.name}:{first.line}:{first.column}"
            )
            if source.text:
                lines.extend(self.excerpt(source, labels, primary, gutter, tint))
        if diagnostic.help:
            first_line, *more = diagnostic.help.split("\n")
            bar = " " * gutter + " " + self.paint("=", BLUE)
            lines.append(f"{bar} {self.paint('help', CYAN)}: {first_line}")
            lines.extend(" " * (gutter + 9) + line for line in more)
        return "\n".join(lines)

    def excerpt(
        self, source: Source, labels: Sequence[Label], primary: Label, gutter: int, tint: str
    ) -> list[str]:
        """The lines that carry labels, in source order, the labels below their line."""
        bar = self.paint("|", BLUE)
        lines = [" " * gutter + f" {bar}"]
        previous = None
        for number in sorted({label.span.line for label in labels}):
            if previous is not None and number > previous + 2:
                lines.append(self.paint("...", BLUE))
            elif previous is not None and number == previous + 2:
                between = _Window(source.line_text(number - 1), 0, self.room(gutter))
                lines.append(self.numbered(number - 1, between.text, gutter))
            here = [label for label in labels if label.span.line == number]
            first = min(here, key=lambda label: label is not primary).span.column - 1
            window = _Window(source.line_text(number), first, self.room(gutter))
            lines.append(self.numbered(number, window.text, gutter))
            for row in self.annotations(window, here, primary, tint):
                lines.append(" " * gutter + f" {bar} {row}")
            previous = number
        return lines

    def room(self, gutter: int) -> int:
        return max(40, self.width - gutter - 3)

    def numbered(self, number: int, text: str, gutter: int) -> str:
        return f"{self.paint(str(number).rjust(gutter) + ' |', BLUE)} {text}".rstrip()

    def annotations(
        self, window: _Window, labels: Sequence[Label], primary: Label, tint: str
    ) -> list[str]:
        rows = []
        for label in sorted(labels, key=lambda label: (label is not primary, -label.span.start)):
            column = label.span.column - 1
            start, end = window.place(column, column + label.span.end - label.span.start)
            marks = ("^" if label is primary else "-") * (end - start)
            text = f"{marks} {label.text}".rstrip()
            rows.append(" " * start + self.paint(text, tint if label is primary else BLUE))
        return rows


class _Window:
    """The part of a line that fits the screen, with the place that matters in it."""

    def __init__(self, line: str, column: int, room: int) -> None:
        line = line.replace("\t", " ")
        self.start = 0
        if len(line) > room and column > room * 2 // 3:
            self.start = column - room // 3
        self.text = line[self.start : self.start + room]
        if self.start > 0:
            self.text = "…" + self.text[1:]
        if self.start + room < len(line):
            self.text = self.text[:-1] + "…"

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a range of the line stands in the window; at least one character."""
        first = min(max(start - self.start, 0), len(self.text))
        last = min(max(end - self.start, 0), len(self.text))
        return first, max(last, first + 1)


def _by_source(primary: Label, others: Sequence[Label]) -> list[tuple[Source, list[Label]]]:
    groups: list[tuple[Source, list[Label]]] = [(primary.span.source, [primary])]
    for label in others:
        for source, group in groups:
            if source is label.span.source:
                group.append(label)
                break
        else:
            groups.append((label.span.source, [label]))
    return groups
