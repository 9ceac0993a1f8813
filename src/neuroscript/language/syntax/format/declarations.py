"""Neurons, their sections, and what else stands at the left edge of a file."""

from __future__ import annotations

from itertools import groupby
from typing import assert_never

from neuroscript.diagnostics import Span
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.format.flow import Flow
from neuroscript.language.syntax.format.page import Page
from neuroscript.language.syntax.format.pieces import INDENT, Piece, group, inline
from neuroscript.language.syntax.format.values import Values

Declaration = ast.Use | ast.Global | ast.Neuron
Entry = ast.Port | ast.Impl | ast.Graph | ast.Item
Head = tuple[str, int]
"""`in:`, `out:` or `context:` above a block, and where its line begins."""


class Declarations:
    """Writes a program in the order in which it stands."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.notes = page.notes
        self.values = Values(page.notes)
        self.flow = Flow(page, self.values)

    def program(self, program: ast.Program) -> None:
        """All declarations, with an empty line around each neuron."""
        declarations: list[Declaration] = [*program.uses, *program.globals, *program.neurons]
        declarations.sort(key=lambda declaration: declaration.span.start)
        after_neuron = False
        for declaration in declarations:
            is_neuron = isinstance(declaration, ast.Neuron)
            if is_neuron or after_neuron:
                self.page.keep_apart()
            self.declaration(declaration)
            after_neuron = is_neuron
        self.page.close()

    def declaration(self, declaration: Declaration) -> None:
        match declaration:
            case ast.Use(provider, path, alias, span):
                name = f" as {alias}" if alias else ""
                self.page.statement((f"use {_path(provider, path)}{name}",), 0, span.start)
            case ast.Global(name, value, span):
                piece = (f"@global {name} = ", *self.values.alone(value))
                self.page.statement(piece, 0, span.start)
            case ast.Neuron():
                self.neuron(declaration)
            case _:
                assert_never(declaration)

    def neuron(self, neuron: ast.Neuron) -> None:
        self.page.statement(self.signature(neuron), 0, neuron.span.start)
        self.page.open_block()
        directions = {id(port): "in" for port in neuron.inputs}
        entries: list[Entry] = [*neuron.inputs, *neuron.outputs, *neuron.impls]
        entries += [*neuron.graphs, *neuron.items]
        entries.sort(key=lambda entry: entry.span.start)

        def head(entry: Entry) -> Head | None:
            if isinstance(entry, ast.Binding | ast.Unroll):
                return self.head("context:", entry)
            if isinstance(entry, ast.Port) and self.notes.begins_line(entry.span.start):
                word = directions.get(id(entry), "out")
                return None if entry.name is None else self.head(f"{word}:", entry)
            return None

        for above, below in groupby(entries, head):
            if above is None:
                for entry in below:
                    self.section(entry, directions.get(id(entry), "out"))
            else:
                self.entries(above, list(below), directions)
        self.page.close_block(entries[0].span.start, INDENT)

    def signature(self, neuron: ast.Neuron) -> Piece:
        name = f"neuron {neuron.name}"
        parts = [(param.span, self.param(param)) for param in neuron.params]
        place = Span(neuron.span.source, neuron.name.span.end, neuron.span.end)
        params = self.values.listing("(", parts, ")", place)
        return (name, params, ":") if params.items or params.noted else (name, ":")

    def param(self, param: ast.Param) -> Piece:
        kind = f": {param.kind}" if param.kind else ""
        if param.default is None:
            return (f"{param.name}{kind}",)
        return (f"{param.name}{kind}=", *self.values.value(param.default))

    # --- sections

    def head(self, text: str, entry: Entry) -> Head:
        """The head of a block, and the line it stands on."""
        i = self.notes.line_at(entry.span.start)
        while self.notes.lines[i].level > 1:
            i -= 1
        return text, self.notes.lines[i].start

    def entries(self, head: Head, entries: list[Entry], directions: dict[int, str]) -> None:
        text, start = head
        self.page.statement((text,), INDENT, start)
        self.page.open_block()
        for entry in entries:
            match entry:
                case ast.Port():
                    self.page.statement(self.port(entry), 2 * INDENT, entry.span.start)
                case ast.Binding() | ast.Unroll():
                    self.item(entry, 2 * INDENT)
                case _:
                    self.section(entry, directions.get(id(entry), "out"))
        self.page.close_block(entries[0].span.start, 2 * INDENT)

    def section(self, entry: Entry, direction: str) -> None:
        """A section that is not a block of ports or bindings."""
        match entry:
            case ast.Port():
                blank = " " if entry.name else ""
                piece = (f"{direction}{blank}", *self.port(entry))
                self.page.statement(piece, INDENT, entry.span.start)
            case ast.Impl(host, span):
                self.impl(host, span)
            case ast.Graph(block, span):
                self.flow.headed(("graph:",), block, INDENT, span.start)
            case ast.Binding() | ast.Unroll():
                self.item(entry, INDENT)
            case _:
                assert_never(entry)

    def port(self, port: ast.Port) -> Piece:
        name = f"{'*' if port.variadic else ''}{port.name or ''}"
        dtype = f" {port.dtype}" if port.dtype else ""
        return (f"{name}: ", *self.values.shape(port.shape), dtype)

    def impl(self, host: ast.Host, span: Span) -> None:
        piece: Piece
        if isinstance(host, ast.External):
            piece = ("external", self.values.arguments(host.args, host.span))
        else:
            piece = (_path(host.provider, host.path),)
        if self.notes.begins_line(host.span.start):
            self.page.statement(("impl:",), INDENT, span.start)
            self.page.open_block()
            self.page.statement(piece, 2 * INDENT, host.span.start)
            self.page.close_block(host.span.start, 2 * INDENT)
        else:
            self.page.statement(("impl: ", *piece), INDENT, span.start)

    # --- context

    def item(self, item: ast.Item, indent: int) -> None:
        head: Piece
        match item:
            case ast.Unroll(name, count, index, items, span):
                number = f" as {index}:" if index else ":"
                head = (f"{name} = unroll", group(self.values.value(count)), number)
                self.page.statement(head, indent, span.start)
                self.page.open_block()
                for inner in items:
                    self.item(inner, indent + INDENT)
                self.page.close_block(items[0].span.start, indent + INDENT)
            case ast.Binding(annotation, name, value, span):
                lead = f"@{annotation} " if annotation else ""
                head = (f"{lead}{name} = ",)
                if isinstance(value, ast.Conditional):
                    self.conditional(head, value, indent, span.start)
                else:
                    self.page.statement((*head, *self.values.alone(value)), indent, span.start)
            case _:
                assert_never(item)

    def conditional(self, head: Piece, value: ast.Conditional, indent: int, start: int) -> None:
        """On one line if it was and still fits, else each branch on its own."""
        rows: list[tuple[Piece, int]] = []
        for condition, chosen in value.branches:
            word = "elif " if rows else "if "
            row = (word, *self.values.alone(condition), ": ", *self.values.alone(chosen))
            rows.append((row, condition.span.start))
        if value.otherwise is not None:
            row = ("else: ", *self.values.alone(value.otherwise))
            rows.append((row, value.otherwise.span.start))
        line = self.notes.line_at(start)
        together: Piece = head
        for i, (row, _) in enumerate(rows):
            together = (*together, " " if i else "", *row)
        same = all(self.notes.line_at(place) == line for _, place in rows)
        if same and inline(together, indent) is not None:
            self.page.statement(together, indent, start)
            return
        for i, (row, place) in enumerate(rows):
            self.page.statement((*head, *row) if i == 0 else row, indent, place)


def _path(provider: ast.Name, path: tuple[ast.Name, ...]) -> str:
    return f"{provider},{'/'.join(part.text for part in path)}"
