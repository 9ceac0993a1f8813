"""Conditions that nothing decides, written over the parameters of the neuron that is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from neuroscript.diagnostics import Sink
from neuroscript.language.counting.depends import Depends
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.values import Abstract, Known, Unknown
from neuroscript.language.syntax import ast

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a composite, whose names stand for what `names` says."""

    value: ast.Value
    names: Mapping[str, Abstract] = field(hash=False)
    outermost: bool
    """Whether it is one of the neuron that is counted, whose parameters stand for themselves."""

    denied: bool = False

    @property
    def raw(self) -> str:
        """As it is written where it stands."""
        return " ".join(self.value.span.text.split())

    def text(self) -> str:
        """As it reads outside. Raises Depends where it is about something else."""
        written = self.write(self.value)
        if not self.denied:
            return written
        match self.value:
            case ast.NameValue():
                return f"not {written}"
            case ast.Binary(operator, left, right) if operator in OPPOSITE:
                return f"{self.inner(left)} {OPPOSITE[operator]} {self.inner(right)}"
            case _:
                return f"not ({written})"

    def write(self, value: ast.Value) -> str:
        match value:
            case ast.NameValue(name):
                return self.name(name)
            case ast.Literal():
                return value.span.text
            case ast.Unary(operator, operand):
                return f"{operator}{' ' if operator == 'not' else ''}{self.inner(operand)}"
            case ast.Binary("and" | "or", left, right) if self.settled(left) or self.settled(right):
                return self.write(right if self.settled(left) else left)
            case ast.Binary(operator, left, right):
                plain = tuple(OPPOSITE) if operator in ("and", "or") else ()
                return f"{self.inner(left, plain)} {operator} {self.inner(right, plain)}"
            case _:
                raise Depends(f"`{self.raw}`")

    def settled(self, value: ast.Value) -> bool:
        """Whether one side of `and` or `or` is known, and so does not matter any more."""
        return decided(value, Evaluator(self.names, Sink())) is not None

    def inner(self, value: ast.Value, plain: Sequence[str] = ()) -> str:
        """An operand, in brackets where it is an operation of another kind."""
        text = self.write(value)
        closed = not isinstance(value, ast.Binary) or value.operator in plain
        return text if closed else f"({text})"

    def name(self, name: str) -> str:
        match self.names.get(name):
            case Dim() as dim if is_open(dim):
                return repr(dim) if len(dim.terms) < 2 else f"({dim!r})"
            case Known(bool() as truth):
                return str(truth).lower()
            case Known(float() as number):
                return str(number)
            case Unknown() if self.outermost:
                return name
            case _:
                raise Depends(f"`{self.raw}`")


def decided(value: ast.Value, evaluator: Evaluator) -> bool | None:
    """Whether a condition holds, from either side of `and` and `or`; None if that is open."""
    match value:
        case ast.Binary("and" | "or" as operator, left, right):
            sides = decided(left, evaluator), decided(right, evaluator)
            settles = operator == "or"
            return settles if settles in sides else None if None in sides else not settles
        case _:
            return evaluator.condition(value)


def conditional(ways: Sequence[tuple[Condition | None, Dim]]) -> Dim:
    """What the first way has of which the condition holds; the last has none.

    What they have in common stands before the brackets: `n + (2*d if first)`.
    """
    *tested, (_, last) = ways
    if all(count == last for _, count in tested):
        return last
    if not all(is_open(count) for _, count in ways):
        raise Depends(" and ".join(f"`{condition.raw}`" for condition, _ in tested if condition))
    if len(tested) == 1:
        condition, count = tested[0]
        assert condition is not None
        if _adds(count - last):
            return last + _opaque(f"{count - last!r} if {condition.text()}")
        if _adds(last - count):
            denied = Condition(condition.value, condition.names, condition.outermost, True)
            return count + _opaque(f"{last - count!r} if {denied.text()}")
    texts = [f"{count!r} if {condition.text()}" for condition, count in tested if condition]
    return _opaque(" else ".join([*texts, repr(last)]))


def is_open(dim: Dim) -> bool:
    """Whether its variables are those of the neuron that is counted, and no others."""
    return all(var.number == 0 for var in dim.variables)


def _adds(dim: Dim) -> bool:
    return all(factor > 0 for _, factor in dim.terms)


def _opaque(text: str) -> Dim:
    return Dim.of(Var(f"({text})", positive=False))
