"""Values of the language as Python expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from neuroscript.codegen.writer import string
from neuroscript.diagnostics import InternalError
from neuroscript.language.shapes.values import Abstract, to_python
from neuroscript.language.syntax import ast

_PRECEDENCE = {"or": 1, "and": 2, "not": 3, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
               "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "neg": 7}  # fmt: skip
ATOM = 9
AND = _PRECEDENCE["and"]

Kinds = Callable[[ast.Value], str]
"""The kind of a value, as far as it is known: decides what `/` means."""


Names = Callable[[str], str | None]
"""How a name is read, or None where nothing has it."""


def _no_neuron(_value: ast.Value) -> None:
    return None


class Expressions:
    """Writes values; `names` says how a name is read, a division is exact where kinds are whole.

    `neuron` writes values that are neurons; it gives None for those that are not.
    """

    def __init__(
        self,
        names: Names,
        kinds: Kinds,
        neuron: Callable[[ast.Value], str | None] | None = None,
    ) -> None:
        self.names = names
        self.kinds = kinds
        self.neuron = neuron or _no_neuron

    def text(self, value: ast.Value) -> str:
        return self.write(value)[0]

    def operand(self, value: ast.Value, strength: int = ATOM) -> str:
        """In parentheses if it binds less tightly than its place needs."""
        text, own = self.write(value)
        return text if own >= strength else f"({text})"

    def write(self, value: ast.Value) -> tuple[str, int]:
        """The expression and how tightly it binds."""
        match value:
            case ast.Literal(literal):
                return literal_text(literal), ATOM
            case ast.NameValue(name):
                return self.neuron(value) or self.names(name) or _nothing(value), ATOM
            case ast.CallValue() | ast.MemberValue() | ast.BlockValue() | ast.GlobalValue():
                return self.neuron(value) or _nothing(value), ATOM
            case ast.ListValue(items):
                return f"[{', '.join(self.text(item) for item in items)}]", ATOM
            case ast.Unary("not", operand):
                return f"not {self.operand(operand, _PRECEDENCE['not'])}", _PRECEDENCE["not"]
            case ast.Unary(_, operand):
                return f"-{self.operand(operand, _PRECEDENCE['neg'])}", _PRECEDENCE["neg"]
            case ast.Binary(operator, left, right):
                if operator == "/" and "float" not in (self.kinds(left), self.kinds(right)):
                    operator = "//"
                if operator in ("==", "!=") and "list" in (self.kinds(left), self.kinds(right)):
                    return f"{self.as_list(left)} {operator} {self.as_list(right)}", 4
                strength = _PRECEDENCE[operator]
                a = self.operand(left, strength + (strength == 4))
                b = self.operand(right, strength + 1)
                return f"{a} {operator} {b}", strength
            case _:
                assert_never(value)

    def as_list(self, value: ast.Value) -> str:
        """A list to be compared: what is given for one may be a tuple, which equals no list."""
        text = self.operand(value)
        return text if isinstance(value, ast.ListValue) else f"list({text})"


def _nothing(value: ast.Value) -> str:
    """Source text never becomes code, whatever goes wrong."""
    raise InternalError(f"{value.span}: nothing says what this is in Python")


def literal_text(value: object) -> str:
    """A known value as Python writes it.

    >>> literal_text([1, 2.5, "a", None])
    '[1, 2.5, "a", None]'
    """
    match value:
        case str():
            return string(value)
        case list():
            return f"[{', '.join(literal_text(item) for item in value)}]"
        case _:
            return repr(value)


def known_text(value: Abstract) -> str | None:
    """An evaluated value as Python writes it, or None where it is not known."""
    python = to_python(value)
    return None if python is ... else literal_text(python)


def divisions(value: ast.Value) -> list[ast.Binary]:
    """The divisions in a value, innermost first."""
    match value:
        case ast.Binary(operator, left, right):
            inner = divisions(left) + divisions(right)
            return [*inner, value] if operator == "/" else inner
        case ast.Unary(_, operand):
            return divisions(operand)
        case ast.ListValue(items):
            return [found for item in items for found in divisions(item)]
        case ast.CallValue(call):
            return [found for argument in call.args for found in divisions(argument.value)]
        case ast.MemberValue(_, _, index):
            return divisions(index)
        case ast.Literal() | ast.NameValue() | ast.GlobalValue() | ast.BlockValue():
            return []
        case _:
            assert_never(value)
