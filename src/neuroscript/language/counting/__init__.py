"""How many numbers of a neuron are trained, as a formula in its parameters.

What hosts have is said by the library, `weights: in_dim * out_dim, out_dim if bias`; what a
composite has is the sum over what it builds: its context once, its calls each, rounds as often as
they are repeated, what is shared once, what is frozen never.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuroscript.diagnostics import Sink, record
from neuroscript.language.counting.composite import composite_weights
from neuroscript.language.counting.counter import Counter
from neuroscript.language.counting.depends import Depends
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.dims import Dim, Inexact
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.params import param_value
from neuroscript.language.shapes.values import Abstract, NeuronValue, from_python
from neuroscript.language.work import TooMuchWork

__all__ = ["Count", "count_weights"]


@record
class Count:
    """How many numbers are trained; `str()` is how people read it."""

    formula: Dim | None
    """None where it is not known."""

    depends_on: str | None = None
    """What it depends on, where it is not known."""

    @property
    def number(self) -> int | None:
        """The count, where all that it depends on is known."""
        return self.formula.constant if self.formula is not None else None

    def __str__(self) -> str:
        if self.formula is None:
            return f"depends on {self.depends_on}"
        return f"{self.number:,}" if self.number is not None else repr(self.formula)


def count_weights(
    definition: Definition, inference: Inference, given: Mapping[str, Any] | None = None
) -> Count:
    """The count of a neuron, whose parameters have the values given, or else their defaults.

    Those without a default stay what they are called, as do the sizes of its inputs.

    >>> from neuroscript.language.names.scope import standard_library
    >>> from neuroscript.diagnostics import Sink
    >>> linear = standard_library().find("Linear")
    >>> print(count_weights(linear, Inference(Sink())))
    in_dim*out_dim + out_dim
    >>> print(count_weights(linear, Inference(Sink()), {"in_dim": 1000, "out_dim": 10}))
    10,010
    """
    counter = Counter(inference, composite_weights)
    try:
        formula = counter.total(_opened(definition, given or {}))
    except Depends as problem:
        return Count(None, problem.what.removesuffix(f" of `{definition.name}`"))
    except TooMuchWork:
        return Count(None, "more rounds than are counted")
    except Inexact as problem:
        return Count(None, f"`{problem.over}` being divisible by `{problem.under}`")
    if any(var.name.startswith("?") for var in formula.variables):
        return Count(None, "more than can be written down")
    return Count(formula)


def _opened(definition: Definition, given: Mapping[str, Any]) -> NeuronValue:
    """The neuron with values for its parameters; those that are open are variables."""
    values: dict[str, Abstract] = {}
    for name, param in definition.params.items():
        if name in given:
            values[name] = from_python(given[name])
        elif param.default is not None:
            values[name] = Evaluator(values, Sink(), definition.scope).value(param.default)
        else:
            values[name] = param_value(param, definition)
    return NeuronValue(definition, tuple(values.items()))
