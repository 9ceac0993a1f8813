"""From characters to the declarations of a file: units of logical lines, with documentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from neuroscript.diagnostics import Sink, Source, Span
from neuroscript.language.syntax.ast import Doc
from neuroscript.language.syntax.indentation import check_bodies, indent
from neuroscript.language.syntax.logical_line import LogicalLine
from neuroscript.language.syntax.scanner import ScannedDoc, Scanner

_NEURON = re.compile(r"neuron\b")


@dataclass(slots=True)
class Unit:
    """A line at column 0 with the deeper lines below it, and the documentation before it."""

    lines: list[LogicalLine] = field(default_factory=list)
    doc: Doc | None = None


@dataclass(slots=True)
class Layout:
    units: list[Unit]
    stray_docs: list[Doc]


def lay_out(source: Source, sink: Sink, start: int = 0, end: int | None = None) -> Layout:
    """Split a text, or the part `start <= i < end` of it, into units of logical lines."""
    if source.text.startswith("\ufeff") and start == 0:
        start = 1
    scanner = Scanner(source, start, len(source.text) if end is None else end, sink)
    scanner.run()
    lines = indent(source, scanner.lines, sink)
    check_bodies(source, lines, sink)
    return _split(scanner, lines)


def _split(scanner: Scanner, lines: list[LogicalLine]) -> Layout:
    """Lines into units, documentation to the next neuron."""
    layout = Layout([], [])
    docs, given = scanner.docs, 0
    for i, line in enumerate(lines):
        if line.level == 0 or not layout.units:
            layout.units.append(Unit())
            if _NEURON.match(line.text):
                first = given
                while given < len(docs) and docs[given].before <= i:
                    given += 1
                layout.units[-1].doc = _doc(scanner.source, docs[first:given])
        layout.units[-1].lines.append(line)
    stray = _doc(scanner.source, docs[given:])
    if stray is not None:
        layout.stray_docs.append(stray)
    return layout


def _doc(source: Source, docs: Sequence[ScannedDoc]) -> Doc | None:
    if not docs:
        return None
    end = source.text.find("\n", docs[-1].start)
    span = Span(source, docs[0].start, len(source.text) if end < 0 else end)
    return Doc(tuple(doc.text for doc in docs), span)
