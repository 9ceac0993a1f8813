"""What a value of the language is, given what its names are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import CannotBeBuilt, Cycle, MissingArgument
from neuroscript.language.names.scope import GlobalDefinition, Scope
from neuroscript.language.shapes.argument_kinds import check_kind
from neuroscript.language.shapes.arithmetic import binary, settles, unary
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors import (
    ArgumentKind,
    InvalidShape,
    KindsDiffer,
    NotABool,
    Within,
)
from neuroscript.language.shapes.params import KIND_TEXTS
from neuroscript.language.shapes.rounds import picked
from neuroscript.language.shapes.values import (
    Abstract,
    Aggregate,
    Known,
    NeuronValue,
    OneOf,
    Unknown,
    from_python,
    kind_of,
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
                return unary(operator, self.value(operand), span, self.sink)
            case ast.Binary(operator, left, right, span):
                first = self.value(left)
                if settles(operator, first):
                    return first
                return binary(operator, first, self.value(right), span, self.sink)
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
            return _frozen(self.value(call.args[0].value)) if call.args else Unknown()
        if name in self.names:
            return self.param_call(name, call.args, call.span)
        definition = self.scope.find(name) if self.scope else None
        if definition is None:
            return Unknown()
        bound = bind(call, definition, Sink())
        if bound is None:
            return Unknown()
        args = self.arguments(definition, bound, call.span)
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
        self,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        call: Span | None = None,
    ) -> tuple[tuple[str, Abstract], ...] | None:
        """Values of all parameters: as given, else defaults. None if a kind does not fit.

        What is wrong with a default of the library because of what is given is told at `call`.
        """
        values: dict[str, Abstract] = {}
        before = self.sink.error_count
        for name, param in definition.params.items():
            argument = given.get(name)
            if argument is not None:
                values[name] = self.value(argument.value)
                check_kind(definition, param, argument, values[name], self.sink)
            elif param.default is not None:
                found = Sink()
                values[name] = default_value(definition, name, values, found)
                for problem in found:
                    here = call if definition.library else None
                    told = Within(here, problem, definition.name, here) if here else problem
                    self.sink.add(told)
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
        args = self.arguments(value.definition, {})
        return None if args is None else replace(value, args=args)

    def member(self, value: ast.MemberValue) -> Abstract:
        """`layers[i]`, `layers.ffn[i]`: an instance inside an aggregate."""
        aggregate, index = self.name(value.name.text), self.value(value.index)
        at = picked(value, aggregate, index, self.sink)
        if at is None:
            return Unknown()
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
            return replace(complete, shared=True)
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
        kinds = list(dict.fromkeys(kind for option in options if (kind := kind_of(option))))
        if len(kinds) > 1 and "neuron" in kinds:
            shown = tuple(KIND_TEXTS.get(kind, kind) for kind in kinds)
            self.sink.add(KindsDiffer(value.span, shown))
            return Unknown()
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


def default_value(
    definition: Definition, name: str, earlier: Mapping[str, Abstract], sink: Sink
) -> Abstract:
    """The default of a parameter, over those before it; one that needs itself is NS214."""
    param = definition.params[name]
    assert param.default is not None
    if (definition, name) in _filling:
        sink.add(Cycle(param.span, (name,), ()))
        return Unknown()
    _filling.append((definition, name))
    try:
        value = Evaluator(earlier, sink, definition.scope).value(param.default)
    finally:
        _filling.pop()
    if isinstance(value, tuple) and any(kind_of(item) == "neuron" for item in value):
        kinds = KIND_TEXTS["list"], "a list of neurons"
        sink.add(ArgumentKind(param.span, definition.name, name, *kinds, None))
        return Unknown()
    if kind_of(value) == "neuron" and name not in definition.neuron_params:
        what, advice = "takes no neuron as its default", f"declare it as one: `{name}: Neuron`"
        sink.add(CannotBeBuilt(param.span, name, what, advice, None))
        return Unknown()
    return value


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
            value = replace(value, shared=True)
        known[found.name] = value, own
    value, problems = known[found.name]
    sink.extend(problems)
    return value


def _frozen(value: Abstract) -> Abstract:
    return replace(value, frozen=True) if isinstance(value, NeuronValue) else value


_filling: list[tuple[Definition, str]] = []
"""Parameters whose defaults are being found at the moment, outermost first."""

_evaluating: list[GlobalDefinition] = []
"""Globals whose values are being found at the moment, outermost first."""
