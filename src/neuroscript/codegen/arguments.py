"""Arguments of the classes that are constructed, and defaults that stand for those left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from neuroscript.codegen.dims import Sizes, only_params
from neuroscript.codegen.expression import ATOM, Expressions, known_text
from neuroscript.codegen.host import HostClass, by_keyword
from neuroscript.diagnostics import Sink
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.evaluate import Evaluator, global_value
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


class Arguments:
    """Writes what a call gives to a host: `write` is how `__init__` or `forward` reads values."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.owner = constructor.owner

    def of_call(
        self,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        host: HostClass,
        write: Expressions,
    ) -> list[str]:
        """What is passed to a host: required by position, the rest by name where it differs."""
        for argument in given.values():
            self.constructor.divisions.guard(argument.value)
        arguments = [
            _as_tuple(self.argument(definition, given, name, write), host)
            for name in host.positional
        ]
        for theirs, ours in host.keywords:
            if not self.omitted(definition, given.get(ours), ours, host):
                text = _as_tuple(self.argument(definition, given, ours, write), host)
                if ours in host.absent:
                    text = or_none(text, definition.params[ours].default)
                arguments.append(by_keyword(theirs, text))
        return [*arguments, *host.fixed]

    def omitted(
        self, definition: Definition, given: ast.Argument | None, name: str, host: HostClass
    ) -> bool:
        """Whether a host has the value without being told."""
        default = definition.params[name].default
        if default is None or name in host.always or not host.defaults_agree:
            return False
        return given is None or self.is_default(given.value, default)

    def is_default(self, value: ast.Value, default: ast.Value) -> bool:
        known = Evaluator({}, Sink(), self.owner.definition.scope)
        text = known_text(known.value(value))
        return text is not None and text == known_text(known.value(default))

    def argument(
        self,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        name: str,
        write: Expressions,
        strength: int = 0,
    ) -> str:
        """The value of a parameter: as it is given, else its default."""
        argument = given.get(name)
        if argument is None:
            default = definition.params[name].default
            assert default is not None
            return _Filled(self, definition, given, write).operand(default, strength)
        if name in definition.neuron_params:
            return self.constructor.neurons.passed(argument.value, definition, name)
        sized = self.owner.inferred.sized.get(argument.span)
        if sized is not None and write is self.constructor.in_init:
            text = self.from_params(sized)
            if text is not None:
                return text
        return write.operand(argument.value, strength)

    def from_params(self, value: Abstract) -> str | None:
        """A size that is known at run time, if parameters say what it is."""
        if isinstance(value, tuple):
            texts = [self.from_params(item) for item in value]
            known = [text for text in texts if text is not None]
            return f"[{', '.join(known)}]" if len(known) == len(texts) else None
        if isinstance(value, Dim) and only_params(value, self.owner.params):
            return Sizes((), self.owner.params.get).text(value)
        return None


class _Filled(Expressions):
    """Writes a callee's default: its parameters stand for what the call gives them."""

    def __init__(
        self,
        owner: Arguments,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        write: Expressions,
    ) -> None:
        super().__init__(lambda _: None, owner.constructor.kind)
        self.owner, self.definition, self.given, self.outer = owner, definition, given, write

    def write(self, value: ast.Value) -> tuple[str, int]:
        if isinstance(value, ast.NameValue) and value.name in self.definition.params:
            text = self.owner.argument(self.definition, self.given, value.name, self.outer, ATOM)
            return text, ATOM
        if isinstance(value, ast.NameValue | ast.GlobalValue):
            found = self.definition.scope.find_global(value.name)
            if found is not None:
                known = known_text(global_value(found, Sink()))
                assert known is not None
                return known, ATOM
        return super().write(value)


class Reading:
    """Reads the parameters of one call."""

    def __init__(
        self,
        arguments: Arguments,
        definition: Definition,
        given: Mapping[str, ast.Argument],
        write: Expressions,
    ) -> None:
        self.arguments, self.definition, self.given = arguments, definition, given
        self.write = write

    def argument(self, name: str, strength: int = 0) -> str:
        """A parameter's value, in parentheses if it binds less tightly than its place needs."""
        return self.arguments.argument(self.definition, self.given, name, self.write, strength)

    def is_default(self, name: str) -> bool:
        """Whether a parameter is known to have its default."""
        given, default = self.given.get(name), self.definition.params[name].default
        if given is None or default is None:
            return default is not None
        return self.arguments.is_default(given.value, default)


def or_none(text: str, default: ast.Value | None) -> str:
    """A value whose default means that there is none."""
    absent = known_text(Evaluator({}, Sink()).value(default)) if default is not None else None
    if absent is None or re.fullmatch(r"-?[\d.e-]+", text):
        return text
    return f"{text} if {text} != {absent} else None"


def _as_tuple(text: str, host: HostClass) -> str:
    """A list for torch: its layers declare tuples of sizes."""
    inner = text[1:-1]
    if not host.module.startswith("torch.") or text != f"[{inner}]" or "[" in inner:
        return text
    return f"({inner},)" if inner and ", " not in inner else f"({inner})"
