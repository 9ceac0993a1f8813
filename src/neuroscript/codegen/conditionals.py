"""Values of bindings, which conditions may choose: `if` in `__init__`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from neuroscript.codegen.writer import Text, flat
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor

Write = Callable[[ast.Value], Text]


class Conditionals:
    """Writes values, under `if`s where they are conditional."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor

    def assign_neuron(self, value: ast.Value | ast.Conditional, target: str) -> None:
        """Build a neuron at `target`."""
        first = _annotated(value, target) if isinstance(value, ast.Conditional) else target
        self.assign(value, target, first, self.constructor.calls.made)

    def assign_plain(self, value: ast.Value | ast.Conditional, target: str) -> None:
        """Put a plain value at `target`."""
        self.assign(value, target, target, self.plain)

    def plain(self, value: ast.Value) -> Text:
        return self.constructor.in_init.text(value), [], ""

    def assign(
        self, value: ast.Value | ast.Conditional, target: str, first: str, write: Write
    ) -> None:
        """`target = value`; the target reads `first` where it is assigned first."""
        if not isinstance(value, ast.Conditional):
            self.put(target, write(value))
            return
        word = "if"
        for condition, option in value.branches:
            with self.constructor.block(f"{word} {self.constructor.in_init.text(condition)}:"):
                self.put(first, write(option))
            word, first = "elif", target
        with self.constructor.block("else:"):
            if value.otherwise is None:
                self.constructor.init.line(f"{target} = nn.Identity()")
            else:
                self.put(target, write(value.otherwise))

    def put(self, target: str, text: Text) -> None:
        head, items, tail = text
        self.constructor.init.wrapped(f"{target} = {head}", items, tail)

    def expression(self, value: ast.Value | ast.Conditional) -> str:
        """A neuron as one expression."""
        made = self.constructor.calls.made
        if not isinstance(value, ast.Conditional):
            return flat(made(value))
        text = "nn.Identity()" if value.otherwise is None else flat(made(value.otherwise))
        for condition, option in reversed(value.branches):
            text = f"{flat(made(option))} if {self.constructor.in_init.text(condition)} else {text}"
        return f"({text})" if len(value.branches) > 1 else text


def _annotated(value: ast.Conditional, target: str) -> str:
    """The target as it is assigned first: any module, where branches build several classes."""
    built = {option.span.text.partition("(")[0] for _, option in value.branches}
    built.add(value.otherwise.span.text.partition("(")[0] if value.otherwise else "Identity")
    shared = target.startswith("_shared[")
    return target if shared or len(built) == 1 else f"{target}: nn.Module"
