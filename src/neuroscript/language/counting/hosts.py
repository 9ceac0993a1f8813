"""What a host has, as its documentation says: `weights: in_dim * out_dim, out_dim if bias`.

The values are those of the language over the parameters, and three functions:

* `window(size, axes)`: sizeᵃˣᵉˢ, or the product of a list; `axes` is 1 where it is left out
* `total(sizes, count)`: count · size, or the sum of a list
* `ceil(a, b)`: a / b rounded up
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from neuroscript.diagnostics import InternalError, Sink, Source, render
from neuroscript.language.counting.depends import Depends
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.values import Abstract, Known
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.parse import parse
from neuroscript.language.syntax.walk import names_in


def host_weights(definition: Definition, args: Mapping[str, Abstract]) -> Dim:
    """How much a host has with these arguments. Raises Depends."""
    total = Dim(())
    for value, condition in _declared(definition):
        evaluator = _Formula(definition, args)
        if condition is None or evaluator.holds(condition):
            total = total + evaluator.number(value)
    return total


class _Formula(Evaluator):
    """Values over the parameters of a host."""

    def __init__(self, definition: Definition, args: Mapping[str, Abstract]) -> None:
        super().__init__(args, Sink())
        self.definition = definition

    def holds(self, condition: ast.Value) -> bool:
        found = self.value(condition)
        if isinstance(found, Known) and isinstance(found.value, bool):
            return found.value
        raise self.open(condition)

    def number(self, value: ast.Value) -> Dim:
        found = self.value(value)
        if isinstance(found, Dim):
            return found
        raise self.open(value)

    def open(self, value: ast.Value) -> Depends:
        """What is not known of a value."""
        names = dict.fromkeys(name.name for name in names_in(value))
        unknown = [name for name in names if not isinstance(self.names.get(name), Dim | Known)]
        names_of = " and ".join(f"`{name}`" for name in unknown or names)
        return Depends(f"{names_of} of `{self.definition.name}`")

    def call(self, call: ast.Call) -> Abstract:
        first, *others = [argument.value for argument in call.args]
        if call.name.text in ("window", "total"):
            return self.over(call.name.text, first, self.number(others[0]) if others else None)
        if call.name.text == "ceil":
            over, under = self.number(first), self.number(others[0])
            return (over + under - 1) // under
        raise InternalError(f"`{call.name.text}` is no function of weights")

    def over(self, function: str, value: ast.Value, count: Dim | None) -> Dim:
        """A size for each axis or field, or the same for all: their product or sum."""
        found = self.value(value)
        many = isinstance(found, tuple)
        sizes = found if isinstance(found, tuple) else (found,)
        dims = [size for size in sizes if isinstance(size, Dim)]
        if len(dims) < len(sizes):
            raise self.open(value)
        if function == "total":
            return sum(dims, Dim(())) if many or count is None else dims[0] * count
        if not many and count is not None:
            if count.constant is None:
                raise self.open(value)
            dims *= count.constant
        product = Dim.const(1)
        for dim in dims:
            product = product * dim
        return product


def _declared(definition: Definition) -> Iterator[tuple[ast.Value, ast.Value | None]]:
    """The values that documentation gives, with their conditions."""
    for value, condition in definition.documentation.weights:
        yield _parsed(value), _parsed(condition) if condition else None


@cache
def _parsed(text: str) -> ast.Value:
    sink = Sink()
    program = parse(Source("weights", f"@global weights = {text}\n"), sink)
    if sink.has_errors or len(program.globals) != 1:
        raise InternalError(render(sink))
    return program.globals[0].value
