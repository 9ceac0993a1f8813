"""Operators over values, as far as these are known."""

from __future__ import annotations

from collections.abc import Callable

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.shapes.dims import MAX_BITS, Dim, Var
from neuroscript.language.shapes.errors import InexactDivision, NumberTooLarge, OperandKind
from neuroscript.language.shapes.values import (
    Abstract,
    Known,
    Unknown,
    from_python,
    kind_of,
    to_python,
)

_NUMBERS = frozenset({"int", "float", ""})

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


def unary(operator: str, operand: Abstract, span: Span, sink: Sink) -> Abstract:
    """`-a`, `not a`."""
    kind = kind_of(operand)
    if kind not in ("bool", "") if operator == "not" else kind not in ("int", "float", ""):
        sink.add(OperandKind(span, operator, (kind,)))
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


def settles(operator: str, left: Abstract) -> bool:
    """Whether the right side of `and` or `or` is not looked at."""
    return (
        operator in ("and", "or") and isinstance(left, Known) and left.value is (operator == "or")
    )


def binary(operator: str, left: Abstract, right: Abstract, span: Span, sink: Sink) -> Abstract:
    """`a + b`, `a < b`, `a and b` and so on."""
    kinds = (kind_of(left), kind_of(right))
    if not _allowed(operator, kinds):
        sink.add(OperandKind(span, operator, kinds))
        return Unknown()
    if isinstance(left, Dim) and isinstance(right, Dim):
        return _integers(operator, left, right, span, sink)
    a, b = to_python(left), to_python(right)
    if a is ... or b is ...:
        return Unknown(_result_kind(operator, kinds))
    if operator in ("/", "%") and b == 0:
        sink.add(InexactDivision(span, str(a), "0"))
        return Unknown()
    try:
        return from_python(_PYTHON[operator](a, b))
    except OverflowError:
        sink.add(NumberTooLarge(span))
        return Unknown("float")


def _allowed(operator: str, kinds: tuple[str, str]) -> bool:
    if operator in ("==", "!="):
        return "neuron" not in kinds
    if operator in ("and", "or"):
        return set(kinds) <= {"bool", ""}
    return set(kinds) <= _NUMBERS


def _result_kind(operator: str, kinds: tuple[str, str]) -> str:
    if operator not in ("+", "-", "*", "/", "%"):
        return "bool"
    return "float" if "float" in kinds else ""


def _integers(operator: str, left: Dim, right: Dim, span: Span, sink: Sink) -> Abstract:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return _product(left, right, span, sink)
        case "/" | "%" if not right.terms:
            sink.add(InexactDivision(span, repr(left), "0"))
            return Unknown("int")
        case "/":
            try:
                return left / right
            except ValueError:
                sink.add(InexactDivision(span, repr(left), repr(right)))
                return Unknown("int")
    if left.constant is not None and right.constant is not None:
        return from_python(_PYTHON[operator](left.constant, right.constant))
    if operator == "%":
        shown = f"({left} % {right})" if left.extent + right.extent < 20 else "?"
        return Dim.of(Var.fresh(shown if len(shown) < 200 else "?", positive=False))
    if operator in ("==", "!="):
        difference = left - right
        if not difference.terms:
            return Known(operator == "==")
        if difference.never_zero:
            return Known(operator == "!=")
    return Unknown("bool")


def _product(left: Dim, right: Dim, span: Span, sink: Sink) -> Abstract:
    """A product, unless it is larger than anything can be."""
    a, b = left.constant, right.constant
    if a is not None and b is not None and a.bit_length() + b.bit_length() > MAX_BITS:
        sink.add(NumberTooLarge(span))
        return Unknown("int")
    return left * right
