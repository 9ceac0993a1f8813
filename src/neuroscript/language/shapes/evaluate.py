"""What a value of the language is, given what its names are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    CannotBeBuilt,
    CannotBeUsedHere,
    Cycle,
    MissingArgument,
    NoSuchPort,
)
from neuroscript.language.names.scope import GlobalDefinition, Scope
from neuroscript.language.shapes.dims import MAX_BITS, Dim, Var
from neuroscript.language.shapes.errors import (
    ArgumentKind,
    InexactDivision,
    InvalidShape,
    NotABool,
    NumberTooLarge,
    OperandKind,
)
from neuroscript.language.shapes.params import KIND_TEXTS, fits_kind, param_kind, takes_list
from neuroscript.language.shapes.values import (
    Abstract,
    Aggregate,
    Known,
    NeuronValue,
    OneOf,
    Unknown,
    from_python,
    kind_of,
    to_python,
)
from neuroscript.language.syntax import ast
from neuroscript.language.work import spend


class Evaluator:
    """Evaluates values over named ones; what is wrong goes to `sink`."""

    def __init__(
        self,
        names: Mapping[str, Abstract],
        sink: Sink,
        scope: Scope | None = None,
        bodies: Mapping[Span, Definition] | None = None,
    ) -> None:
        self.names = names
        self.sink = sink
        self.scope = scope
        self.bodies = bodies or {}

    def value(self, value: ast.Value) -> Abstract:
        spend(2)
        match value:
            case ast.Literal(literal):
                return from_python(literal)
            case ast.NameValue(name):
                return self.name(name)
            case ast.GlobalValue(name):
                found = self.scope.find_global(name) if self.scope else None
                return global_value(found, self.sink) if found is not None else Unknown()
            case ast.ListValue(items):
                return tuple(self.value(item) for item in items)
            case ast.Unary(operator, operand, span):
                return self.unary(operator, self.value(operand), span)
            case ast.Binary(operator, left, right, span):
                return self.operation(operator, left, right, span)
            case ast.CallValue(call):
                return self.call(call)
            case ast.MemberValue():
                return self.member(value)
            case ast.BlockValue(_, span):
                body = self.bodies[span]
                return NeuronValue(body, tuple((name, self.name(name)) for name in body.params))
            case _:
                assert_never(value)

    def name(self, name: str) -> Abstract:
        """Parameter, index, size, binding; else global, neuron."""
        if name in self.names:
            return self.names[name]
        if self.scope is None:
            return Unknown()
        found = self.scope.find_global(name)
        if found is not None:
            return global_value(found, self.sink)
        definition = self.scope.find(name)
        return NeuronValue(definition, None) if definition is not None else Unknown()

    # --- neurons

    def call(self, call: ast.Call) -> Abstract:
        """A neuron with arguments: of a definition, of a Neuron parameter, frozen."""
        name = call.name.text
        if name == "Freeze":
            return self.value(call.args[0].value) if call.args else Unknown()
        if name in self.names:
            return self.param_call(name, call.args, call.span)
        definition = self.scope.find(name) if self.scope else None
        if definition is None:
            return Unknown()
        bound = bind(call, definition, Sink())
        if bound is None:
            return Unknown()
        args = self.arguments(definition, bound)
        return Unknown() if args is None else NeuronValue(definition, args)

    def param_call(self, name: str, args: tuple[ast.Argument, ...], span: Span) -> Abstract:
        """`p(args)`: a factory without arguments gets them."""
        value = self.names[name]
        match value:
            case NeuronValue(definition, None):
                call = ast.Call(ast.Name(definition.name, span), args, span)
                bound = bind(call, definition, self.sink)
                values = self.arguments(definition, bound) if bound is not None else None
                return Unknown() if values is None else NeuronValue(definition, values)
            case NeuronValue(definition, _, shared):
                if not shared and not args:
                    return value
                what = "is built already" if shared else "has its arguments already"
                advice = f"write `{name}` alone" if shared else f"write `{name}()` or `{name}`"
                self.sink.add(CannotBeBuilt(span, name, what, advice, definition.span))
                return Unknown()
            case _:
                return value

    def arguments(
        self, definition: Definition, given: Mapping[str, ast.Argument]
    ) -> tuple[tuple[str, Abstract], ...] | None:
        """Values of all parameters: as given, else defaults. None if a kind does not fit."""
        values: dict[str, Abstract] = {}
        before = self.sink.error_count
        for name, param in definition.params.items():
            argument = given.get(name)
            if argument is not None:
                values[name] = self.value(argument.value)
                self.check_kind(definition, param, argument, values[name])
            elif param.default is not None:
                inner = Evaluator(values, self.sink, definition.scope)
                values[name] = inner.value(param.default)
        return tuple(values.items()) if self.sink.error_count == before else None

    def defaults(self, value: NeuronValue, span: Span) -> NeuronValue | None:
        """A factory applied as it is: possible if every parameter has a default."""
        if value.args is not None:
            return value
        definition = value.definition
        missing = tuple(n for n, param in definition.params.items() if param.default is None)
        if missing:
            self.sink.add(
                MissingArgument(
                    span, definition.name, missing, definition.heading(), definition.span
                )
            )
            return None
        args = self.arguments(definition, {})
        return None if args is None else NeuronValue(definition, args)

    def check_kind(
        self, callee: Definition, param: ast.Param, given: ast.Argument, value: Abstract
    ) -> None:
        expected, actual = param_kind(param, callee), kind_of(value)
        if isinstance(value, tuple) and any(kind_of(item) == "neuron" for item in value):
            expected, actual = "", "neuron"
        fits = fits_kind(expected, actual)
        fits |= actual in ("list", "str") and takes_list(param, callee)
        if not fits:
            self.sink.add(
                ArgumentKind(
                    given.span,
                    callee.name,
                    param.name.text,
                    KIND_TEXTS.get(expected, expected or "a plain value"),
                    KIND_TEXTS.get(actual, actual),
                    param.span if not callee.library else None,
                )
            )

    def member(self, value: ast.MemberValue) -> Abstract:
        """`layers[i]`, `layers.ffn[i]`: an instance inside an aggregate."""
        aggregate, index = self.name(value.name.text), self.value(value.index)
        kind = kind_of(aggregate)
        if not isinstance(aggregate, Aggregate) and kind:
            what = f"a member of {KIND_TEXTS.get(kind, kind)}"
            self.sink.add(
                CannotBeUsedHere(value.span, value.span.text, what, "only `unroll(..)` has members")
            )
            return Unknown()
        if not isinstance(aggregate, Aggregate) or not isinstance(index, Dim):
            kind = kind_of(index)
            if isinstance(aggregate, Aggregate) and kind not in ("int", ""):
                name, span = value.name.text, value.index.span
                given = KIND_TEXTS.get(kind, kind)
                self.sink.add(ArgumentKind(span, name, "the index", KIND_TEXTS["int"], given, None))
            return Unknown()
        count = aggregate.count.constant if aggregate.count is not None else None
        position = index.constant
        if position is not None and position < 0 and aggregate.count is not None:
            index = aggregate.count + position
            position = index.constant
        if count is not None and position is not None and not 0 <= position < count:
            ports = tuple(str(i) for i in range(count))
            shown = value.index.span.text
            self.sink.add(NoSuchPort(value.span, value.name.text, shown, ports, None))
            return Unknown()
        at = Aggregate(aggregate.item, aggregate.env, aggregate.count, index)
        if value.member is None:
            return at
        return self.iteration(at).get(value.member.text, Unknown())

    def iteration(self, aggregate: Aggregate) -> dict[str, Abstract]:
        """The bindings of one iteration of an aggregate, in order."""
        names = dict(aggregate.env)
        if aggregate.item.index is not None and aggregate.at is not None:
            names[aggregate.item.index.text] = aggregate.at
        values: dict[str, Abstract] = {}
        for item in aggregate.item.items:
            inner = Evaluator({**names, **values}, self.sink, self.scope, self.bodies)
            values[item.name.text] = inner.item(item)
        return values

    def item(self, item: ast.Item) -> Abstract:
        """The value of a binding or aggregate."""
        if isinstance(item, ast.Unroll):
            count = self.value(item.count)
            known = count if isinstance(count, Dim) else None
            return Aggregate(item, dict(self.names), known)
        value = self.bound(item.value)
        if isinstance(value, NeuronValue):
            complete = self.defaults(value, item.span)
            if complete is None:
                return Unknown()
            return NeuronValue(complete.definition, complete.args, shared=True)
        return value

    def bound(self, value: ast.Value | ast.Conditional) -> Abstract:
        if not isinstance(value, ast.Conditional):
            return self.value(value)
        options: list[Abstract] = []
        for condition, option in value.branches:
            decided = self.condition(condition)
            if decided is not False:
                options.append(self.value(option))
            if decided is True:
                return options[0] if len(options) == 1 else OneOf(tuple(options))
        options.append(self.otherwise(value))
        return options[0] if len(options) == 1 else OneOf(tuple(options))

    def otherwise(self, value: ast.Conditional) -> Abstract:
        if value.otherwise is not None:
            return self.value(value.otherwise)
        identity = self.scope.find("Identity") if self.scope is not None else None
        return NeuronValue(identity, ()) if identity is not None else Unknown()

    def condition(self, condition: ast.Value) -> bool | None:
        """Whether a condition holds; None where that is not known. NS403 if it is no bool."""
        value = self.value(condition)
        if isinstance(value, Known) and isinstance(value.value, bool):
            return value.value
        kind = kind_of(value)
        if kind not in ("bool", ""):
            self.sink.add(NotABool(condition.span, KIND_TEXTS.get(kind, kind)))
        return None

    def size(self, value: ast.Value) -> Dim | None:
        """A value as a size; None where it is none, or not known. NS305 if it cannot be one."""
        found = self.value(value)
        kind = kind_of(found)
        if kind not in ("int", ""):
            shown = KIND_TEXTS.get(kind, kind)
            self.sink.add(InvalidShape(value.span, f"`{value.span.text}` is {shown}, not a size"))
        return found if isinstance(found, Dim) else None

    # --- arithmetic

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

    def operation(self, operator: str, left: ast.Value, right: ast.Value, span: Span) -> Abstract:
        first = self.value(left)
        if (
            operator in ("and", "or")
            and isinstance(first, Known)
            and first.value is (operator == "or")
        ):
            return first  # the other side is not looked at
        return self.binary(operator, first, self.value(right), span)

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
        try:
            return from_python(_PYTHON[operator](a, b))
        except OverflowError:
            self.sink.add(NumberTooLarge(span))
            return Unknown("float")

    def integers(self, operator: str, left: Dim, right: Dim, span: Span) -> Abstract:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return self.bounded(left, right, span)
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
            shown = f"({left} % {right})" if left.extent + right.extent < 20 else "?"
            return Dim.of(Var.fresh(shown if len(shown) < 200 else "?", positive=False))
        if operator in ("==", "!="):
            difference = left - right
            if not difference.terms:
                return Known(operator == "==")
            if difference.never_zero:
                return Known(operator == "!=")
        return Unknown("bool")

    def bounded(self, left: Dim, right: Dim, span: Span) -> Abstract:
        """A product, unless it is larger than anything can be."""
        a, b = left.constant, right.constant
        if a is not None and b is not None and a.bit_length() + b.bit_length() > MAX_BITS:
            self.sink.add(NumberTooLarge(span))
            return Unknown("int")
        return left * right


def global_value(found: GlobalDefinition, sink: Sink) -> Abstract:
    """The value of a global; one that needs itself is NS214."""
    if found in _evaluating:
        names = tuple(dict.fromkeys(g.name for g in _evaluating[_evaluating.index(found) :]))
        places = tuple(
            (g.declaration.span, "needs the other") for g in _evaluating if g is not found
        )
        sink.add(Cycle(found.declaration.span, names, places))
        return Unknown()
    known: dict[str, tuple[Abstract, Sink]] = found.scope.known
    if found.name not in known:
        own = Sink()
        _evaluating.append(found)
        try:
            value = Evaluator({}, own, found.scope).value(found.declaration.value)
        finally:
            _evaluating.pop()
        if isinstance(value, NeuronValue):
            value = NeuronValue(value.definition, value.args, shared=True)
        known[found.name] = value, own
    value, problems = known[found.name]
    sink.extend(problems)
    return value


_evaluating: list[GlobalDefinition] = []
"""Globals whose values are being found at the moment, outermost first."""

_NUMBERS = frozenset({"int", "float", ""})


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
