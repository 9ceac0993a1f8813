"""Tests that `forward` makes of what arrives, where `--runtime-checks` asks for them.

The compiler has proved what it could from the declared ports; these make sure that what arrives
is what is declared, and that what had to be assumed holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.dims import Sizes
from neuroscript.codegen.raising import write_test
from neuroscript.codegen.writer import Writer
from neuroscript.language.names.definition import shape_text
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass


def write_guards(owner: NeuronClass, out: Writer) -> None:
    """Rank and sizes of every input, then the equalities that the body assumes."""
    axes: list[tuple[Dim, str]] = []
    ports, variables = owner.definition.neuron.inputs, owner.constructor.forward_names.inputs
    for port, type_, variable in zip(ports, owner.inferred.inputs, variables, strict=True):
        if port.variadic:
            continue
        out.place = port.span
        _rank(owner, out, variable, type_.shape, port)
        _sizes(owner, out, variable, type_.shape, port, axes)
    out.place = owner.definition.span
    for assumption in owner.inferred.assumptions:
        sizes = Sizes(axes, lambda name: _param(owner, name))
        expected, actual = sizes.text(assumption.expected), sizes.text(assumption.actual)
        if expected is not None and actual is not None and expected != actual:
            text = f"NS301: `{assumption.neuron}` expects {{{expected}}}, but gets {{{actual}}}"
            write_test(out, f"{expected} != {actual}", text, assumption.span)


def _param(owner: NeuronClass, name: str) -> str | None:
    return owner.store(name) if name in owner.params else None


def _rank(owner: NeuronClass, out: Writer, x: str, shape: Shape, port: ast.Port) -> None:
    known = len(shape.dims)
    test = f"{x}.ndim != {known}" if shape.seq is None else f"{x}.ndim < {known}"
    if shape.seq is None or known:
        name, declared = owner.definition.name, shape_text(port.shape)
        text = f"NS302: `{name}` expects {declared}, but gets {{list({x}.shape)}}"
        write_test(out, test, text, port.span)


def _sizes(
    owner: NeuronClass,
    out: Writer,
    x: str,
    shape: Shape,
    port: ast.Port,
    axes: list[tuple[Dim, str]],
) -> None:
    count = len(shape.dims)
    places = [*range(len(shape.prefix))]
    places += [i - len(shape.suffix) for i in range(len(shape.suffix))]
    assert len(places) == count
    for place, dim in zip(places, shape.dims, strict=True):
        text = f"{x}.shape[{place}]"
        expected = Sizes(axes, lambda name: _param(owner, name)).text(dim)
        if expected is None:
            axes.append((dim, text))
        elif expected != text:
            name = owner.definition.name
            message = f"NS301: `{name}` expects {{{expected}}} at `{x}`, but gets {{{text}}}"
            write_test(out, f"{text} != {expected}", message, port.span)
