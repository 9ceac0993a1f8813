"""Defaults see earlier parameters, globals and neurons; globals see the latter two (NS20x)."""

from __future__ import annotations

from collections.abc import Mapping

from neuroscript.diagnostics import Sink, Span, nearest
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.errors import (
    CannotBeUsedHere,
    UnexpectedArgument,
    UnknownName,
    UnknownNeuron,
)
from neuroscript.language.names.scope import Scope
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import parts_of


def known_names(context: Context) -> None:
    scope, sink = context.scope, context.sink
    for declared in context.program.globals:
        _Outside(scope, sink, {}, {}).check(declared.value)
    for neuron in context.program.neurons:
        earlier: dict[str, ast.Param] = {}
        places = {param.name.text: param.span for param in neuron.params}
        for param in neuron.params:
            if param.default is not None:
                _Outside(scope, sink, earlier, places).check(param.default)
            earlier[param.name.text] = param


class _Outside:
    """Values that stand outside of any body: they see what `known` and the file define."""

    def __init__(
        self,
        scope: Scope,
        sink: Sink,
        known: Mapping[str, ast.Param],
        later: Mapping[str, Span],
    ) -> None:
        self.scope = scope
        self.sink = sink
        self.known = known
        self.later = later

    def check(self, value: ast.Value) -> None:
        for part in parts_of(value):
            match part:
                case ast.NameValue(name, span):
                    self.name(name, span, self.known)
                case ast.GlobalValue(name, span):
                    self.name(name, span, {})
                case ast.CallValue(call):
                    self.call(call)
                case ast.MemberValue(name, _, _, span):
                    advice = "`unroll(..)` has members, and only the neuron around it sees them"
                    self.sink.add(CannotBeUsedHere(span, span.text, "a member", advice))
                case _:
                    continue

    def name(self, name: str, span: Span, known: Mapping[str, ast.Param]) -> None:
        scope = self.scope
        if name in known or scope.find_global(name) or scope.find(name) or scope.is_missing(name):
            return
        near = nearest(name, [*known, *scope.own_globals, *scope.imported_globals])
        self.sink.add(UnknownName(span, name, tuple(near), self.later.get(name)))

    def call(self, call: ast.Call) -> None:
        name = call.name.text
        if name == "Freeze":
            if len(call.args) != 1 or call.args[0].keyword is not None:
                problem = "takes one neuron"
                self.sink.add(UnexpectedArgument(call.span, name, problem, "Freeze(neuron)", ()))
            return
        if name in self.known or self.scope.is_missing(name):
            return
        callee = self.scope.find(name)
        if callee is None:
            self.sink.add(UnknownNeuron(call.name.span, name, self.scope.near(name)))
        else:
            bind(call, callee, self.sink)
