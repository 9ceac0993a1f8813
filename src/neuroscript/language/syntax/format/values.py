"""Values, shapes and calls as pieces of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import assert_never

from neuroscript.diagnostics import InternalError, Span
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.format.comments import Notes
from neuroscript.language.syntax.format.pieces import Brackets, Break, Item, Note, Piece, group

_PRECEDENCE = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
_NOT, _COMPARISON, _MINUS, _ATOM = 3, 4, 7, 8

Part = tuple[Span, Piece]
"""Something in brackets, and where it stood."""


class Values:
    """Writes values; `notes` knows the comments inside their brackets."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def alone(self, value: ast.Value) -> Piece:
        """A value outside brackets: one that is too long gets some of its own."""
        piece = self.value(value)
        breaks = any(isinstance(part, Break) for part in piece)
        return (group(piece, optional=True),) if breaks else piece

    def value(self, value: ast.Value) -> Piece:
        match value:
            case ast.Literal():
                return (value.span.text,)
            case ast.NameValue(name):
                return (name,)
            case ast.GlobalValue(name):
                return (f"@global {name}",)
            case ast.ListValue(items, span):
                return (self.listing("[", [(v.span, self.value(v)) for v in items], "]", span),)
            case ast.CallValue(call):
                return self.call(call)
            case ast.MemberValue(name, member, index):
                port = f".{member}" if member else ""
                return (f"{name}{port}", self.index(index))
            case ast.Unary():
                return self._unary(value)
            case ast.Binary():
                return self._binary(value)
            case ast.BlockValue(span=span):
                raise InternalError(f"{span!r}: the body of a wrap is no value in a program")
            case _:
                assert_never(value)

    def _unary(self, value: ast.Unary) -> Piece:
        sign = "-" if value.operator == "-" else "not "
        written = self._bracket_between(value.span.start, value.operand.span.start)
        return (sign, *self._operand(value.operand, _precedence(value), written))

    def _binary(self, value: ast.Binary) -> Piece:
        """Operators of the same precedence in a row, with a place to break before each."""
        precedence = _precedence(value)
        tail: list[str | Break | Brackets] = []
        left: ast.Value = value
        written = False
        while isinstance(left, ast.Binary) and _precedence(left) == precedence:
            written = self._bracket_between(left.left.span.end, left.right.span.start)
            right = self._operand(left.right, precedence + 1, written)
            tail[:0] = (Break(precedence), f"{left.operator} ", *right)
            written = self._bracket_between(left.span.start, left.left.span.start)
            left = left.left
            if written or precedence == _COMPARISON:
                break
        floor = precedence + 1 if precedence == _COMPARISON else precedence
        return (*self._operand(left, floor, written), *tail)

    def _operand(self, value: ast.Value, floor: int, written: bool) -> Piece:
        """In round brackets if the precedences ask for them, or the author wrote some."""
        precedence = _precedence(value)
        piece = self.value(value)
        if precedence < floor or (written and precedence < _ATOM):
            return (group(piece),)
        return piece

    def _bracket_between(self, start: int, end: int) -> bool:
        text = self.notes.source.text[start:end]
        return "(" in text and "(" in re.sub(r"(#|///)[^\n]*", "", text)

    # --- what has brackets

    def listing(self, open_: str, parts: Sequence[Part], close: str, span: Span) -> Brackets:
        """Items in brackets, with the comments that stand inside `span`."""
        waiting = self.notes.inside(span)
        items: list[Item] = []
        for place, piece in parts:
            before: list[str] = []
            while waiting and waiting[0].start < place.end:
                before.append(waiting.pop(0).text)
            after: Note | None = None
            if waiting and self.notes.same_line(place.end, waiting[0].start):
                after = waiting.pop(0).note
            items.append(Item(piece, tuple(before), after))
        return Brackets(open_, tuple(items), close, ends=tuple(c.text for c in waiting))

    def arguments(self, arguments: Sequence[ast.Argument], span: Span) -> Brackets:
        return self.listing("(", [(a.span, self.argument(a)) for a in arguments], ")", span)

    def argument(self, argument: ast.Argument) -> Piece:
        value = self.value(argument.value)
        return (f"{argument.keyword}=", *value) if argument.keyword else value

    def call(self, call: ast.Call) -> Piece:
        return (call.name.text, self.arguments(call.args, call.span))

    def shape(self, shape: ast.ShapeExpr) -> Piece:
        parts = [(dim.span, self.dim(dim)) for dim in shape.dims]
        return (self.listing("[", parts, "]", shape.span),)

    def dim(self, dim: ast.RearrangeDim) -> Piece:
        match dim:
            case ast.StarDim(name):
                return (f"*{name or ''}",)
            case ast.NamedDim(name, value):
                return (f"{name}=", *self.value(value))
            case ast.Others():
                return ("others",)
            case _:
                return self.value(dim)

    def rearrangement(self, step: ast.Rearrange) -> Piece:
        dims = self.listing("[", [(dim.span, self.dim(dim)) for dim in step.dims], "]", step.span)
        if step.operation is None:
            return ("=> ", dims)
        if isinstance(step.operation, ast.Call):
            operation = self.call(step.operation)
        else:
            operation = (step.operation.text,)
        return (f"=> @{step.annotation}(", *operation, ") ", dims)

    def node(self, node: ast.Node) -> Piece:
        port = "" if node.port is None else f".{node.port}"
        name = f"{node.name}{port}"
        return (name,) if node.at is None else (name, self.index(node.at))

    def index(self, value: ast.Value) -> Brackets:
        return Brackets("[", (Item(self.value(value)),), "]", comma=False)

    # --- arms

    def pattern(self, arm: ast.Arm) -> Piece:
        guard = () if arm.guard is None else (" where ", *self.alone(arm.guard))
        match arm.pattern:
            case ast.ShapeExpr() as shape:
                return (*self.shape(shape), *guard, ":")
            case ast.Contract(inputs, outputs):
                ports = (*self._signature("in", inputs), " -> ", *self._signature("out", outputs))
                return (*ports, *guard, ":")

    def _signature(self, word: str, ports: Sequence[ast.PortPattern]) -> Piece:
        row: Piece = (word,)
        for i, port in enumerate(ports):
            name = f" {port.name} " if port.name else " "
            row = (*row, "," if i else "", name, *self.shape(port.shape))
        return row


def _precedence(value: ast.Value) -> int:
    match value:
        case ast.Unary(operator):
            return _MINUS if operator == "-" else _NOT
        case ast.Binary(operator):
            return _PRECEDENCE.get(operator, _COMPARISON)
        case _:
            return _ATOM
