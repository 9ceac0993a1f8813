"""Arguments as far as the compiler can know them.

An integer is a `Dim`, perhaps with variables; other values are `Known` or a tuple; what nobody
can know before construction is `Unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import InexactDivision, OperandKind
from neuroscript.language.syntax import ast


@dataclass(frozen=True, slots=True)
class Known:
    """A float, string, bool or none."""

    value: float | str | bool | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is given later; `kind` is int, float, bool, str, list, or empty."""

    kind: str = ""


Abstract = Dim | Known | Unknown | tuple["Abstract", ...]


KINDS = ("int", "float", "bool", "str", "list")
"""What a parameter can be declared to be."""


def kind_of(value: Abstract) -> str:
    """`int float bool str list none`, or nothing where the kind is not known."""
    match value:
        case Dim():
            return "int"
        case Known(None):
            return "none"
        case Known(known):
            return type(known).__name__
        case Unknown(kind):
            return kind
        case tuple():
            return "list"
        case _:
            assert_never(value)


def from_python(value: object) -> Abstract:
    """A Python value, as from a config or a call of `load()`'s classes."""
    match value:
        case bool() | float() | str() | None:
            return Known(value)
        case int():
            return Dim.const(value)
        case list() | tuple():
            return tuple(from_python(item) for item in value)
        case _:
            return Unknown()


def to_python(value: Abstract) -> object:
    """The Python value, or Ellipsis where it is not known."""
    match value:
        case Dim():
            return ... if value.constant is None else value.constant
        case Known(known):
            return known
        case Unknown():
            return ...
        case tuple():
            items = [to_python(item) for item in value]
            return ... if any(item is ... for item in items) else items
        case _:
            assert_never(value)


class Evaluator:
    """Evaluates values over named ones; what is wrong goes to `sink`."""

    def __init__(self, names: Mapping[str, Abstract], sink: Sink) -> None:
        self.names = names
        self.sink = sink

    def value(self, value: ast.Value) -> Abstract:
        match value:
            case ast.Literal(bool() | float() | str() | None as literal):
                return Known(literal)
            case ast.Literal(int() as literal):
                return Dim.const(literal)
            case ast.NameValue(name):
                return self.names.get(name, Unknown())
            case ast.ListValue(items):
                return tuple(self.value(item) for item in items)
            case ast.Unary(operator, operand, span):
                return self.unary(operator, self.value(operand), span)
            case ast.Binary(operator, left, right, span):
                return self.binary(operator, self.value(left), self.value(right), span)
            case _:
                raise AssertionError(value)

    def unary(self, operator: str, operand: Abstract, span: Span) -> Abstract:
        kind = kind_of(operand)
        if kind not in ("bool", "") if operator == "not" else kind not in ("int", "float", ""):
            self.sink.add(OperandKind(span, operator, (kind,)))
            return Unknown()
        match operand:
            case Dim():
                return -operand
            case Known(bool() as truth):
                return Known(not truth)
            case Known(float() as number):
                return Known(-number)
            case _:
                return operand

    def binary(self, operator: str, left: Abstract, right: Abstract, span: Span) -> Abstract:
        kinds = (kind_of(left), kind_of(right))
        if not _allowed(operator, kinds):
            self.sink.add(OperandKind(span, operator, kinds))
            return Unknown()
        if isinstance(left, Dim) and isinstance(right, Dim):
            return self.integers(operator, left, right, span)
        a, b = to_python(left), to_python(right)
        if a is ... or b is ...:
            return Unknown(_result_kind(operator, kinds))
        if operator in ("/", "%") and b == 0:
            self.sink.add(InexactDivision(span, str(a), "0"))
            return Unknown()
        return from_python(_PYTHON[operator](a, b))

    def integers(self, operator: str, left: Dim, right: Dim, span: Span) -> Abstract:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/" | "%" if not right.terms:
                self.sink.add(InexactDivision(span, repr(left), "0"))
                return Unknown("int")
            case "/":
                try:
                    return left / right
                except ValueError:
                    self.sink.add(InexactDivision(span, repr(left), repr(right)))
                    return Unknown("int")
        if left.constant is not None and right.constant is not None:
            return from_python(_PYTHON[operator](left.constant, right.constant))
        if operator == "%":
            return Dim.of(Var.fresh(f"({left} % {right})", positive=False))
        if operator in ("==", "!="):
            difference = left - right
            if not difference.terms:
                return Known(operator == "==")
            if difference.never_zero:
                return Known(operator == "!=")
        return Unknown("bool")


_NUMBERS = frozenset({"int", "float", ""})


def _allowed(operator: str, kinds: tuple[str, str]) -> bool:
    if operator in ("==", "!="):
        return True
    if operator in ("and", "or"):
        return set(kinds) <= {"bool", ""}
    return set(kinds) <= _NUMBERS


def _result_kind(operator: str, kinds: tuple[str, str]) -> str:
    if operator not in ("+", "-", "*", "/", "%"):
        return "bool"
    return "float" if "float" in kinds else ""


_PYTHON: dict[str, Callable[[object, object], object]] = {
    "+": lambda a, b: a + b,  # type: ignore[operator]
    "-": lambda a, b: a - b,  # type: ignore[operator]
    "*": lambda a, b: a * b,  # type: ignore[operator]
    "/": lambda a, b: a / b,  # type: ignore[operator]
    "%": lambda a, b: a % b,  # type: ignore[operator]
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
}
