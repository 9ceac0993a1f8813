"""Templates of library neurons: Python with ports and parameters in braces.

`{x}` is a port or parameter, `{self}` what the neuron keeps; of a variadic port, `{tensors_list}`
is without the brackets of a tuple, and `{tensors_sum}` adds them up. What follows a colon is
written before a parameter's value, and left out with it where that is the default: `{eps:, eps=}`.
`{*dims}` is a list without brackets where it is written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from neuroscript.codegen.expression import ATOM
from neuroscript.codegen.operators import BRACKETS_AND_COMMAS
from neuroscript.codegen.writer import Text

_PLACE = re.compile(r"\{(\*?)(\w+)(?::([^{}]*))?\}")


class Parameters(Protocol):
    """Reads the parameters of a neuron that is written in place."""

    def is_default(self, name: str) -> bool:
        """Whether a parameter is known to have its default."""

    def argument(self, name: str, strength: int = 0) -> str:
        """Its value, in parentheses if that binds less tightly than its place needs."""


def as_call(text: str) -> Text:
    """An expression in parts, if it is one call: so that a long one can be wrapped.

    >>> as_call("nn.functional.pad(x, (1, 2))")
    ('nn.functional.pad(', ['x', '(1, 2)'], ')')
    >>> as_call("f(x) + g(y)")
    ('f(x) + g(y)', [], '')
    >>> as_call('f("a, b)", c)')
    ('f(', ['"a, b)"', 'c'], ')')
    """
    start = re.match(r"[\w.]+\(", text)
    if start is None or not text.endswith(")"):
        return text, [], ""
    depth, cuts = 0, [start.end() - 1]
    for match in BRACKETS_AND_COMMAS.finditer(text, start.end(), len(text) - 1):
        if match[0] in "([{":
            depth += 1
        elif match[0] in ")]}":
            depth -= 1
        elif match[0] == "," and not depth:
            cuts.append(match.start())
        if depth < 0:
            return text, [], ""
    ends = [*cuts[1:], len(text) - 1]
    items = [text[before + 1 : end] for before, end in zip(cuts, ends, strict=True)]
    return start[0], [item.strip() for item in items if item.strip()], ")"


def filled(template: str, ports: Mapping[str, str], parameters: Parameters) -> str:
    """A template with its places filled; operators around a value do not tear it apart.

    >>> class Given:
    ...     def is_default(self, name):
    ...         return name == "eps"
    ...     def argument(self, name, strength=0):
    ...         return "(a + b)" if strength else "a + b"
    >>> filled("{x} * {factor}", {"x": "x"}, Given())
    'x * (a + b)'
    >>> filled("norm({x}, {dim}{eps:, eps=})", {"x": "x"}, Given())
    'norm(x, a + b)'
    """

    def text(place: re.Match[str]) -> str:
        star, name, before = place.groups()
        if name in ports:
            return ports[name]
        if before is not None and parameters.is_default(name):
            return ""
        if star:
            items = parameters.argument(name, ATOM)
            return items[1:-1] if items.startswith("[") else items
        start = before or template[: place.start()].rstrip()
        end = template[place.end() :].lstrip()
        end = re.sub(r"^\{\w+:", "", end)
        alone = start.rstrip()[-1:] in tuple("(,=[") and end[:1] in tuple("),]")
        return (before or "") + parameters.argument(name, 0 if alone else ATOM)

    return _PLACE.sub(text, template)
