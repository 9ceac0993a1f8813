"""Einstein's summation: each letter is one size over all operands."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.broadcasting import aligned
from neuroscript.language.shapes.functions.operation import (
    Operation,
    unknown_shape,
    unknown_size,
)
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Known


def einsum(op: Operation) -> tuple[Shape]:
    """The axes that stand behind the arrow; `...` stands for axes that are broadcast."""
    value = op.args.get("equation")
    equation = value.value if isinstance(value, Known) else None
    if not isinstance(equation, str):
        return (unknown_shape(),)
    terms, result = _read(op, equation)
    sizes: dict[str, Dim] = {}
    rest: tuple[Dim, ...] = ()
    for term, shape in zip(terms, op.inputs, strict=True):
        rest = _add_term(op, term, shape, sizes, rest)
    named = result.replace(".", "")
    if not set(named) <= set(sizes) or len(set(named)) != len(named):
        op.bad(
            f"`{result}` names an axis that no operand has, or one twice", "use those on the left"
        )
    front, dots, back = result.partition("...")
    middle = rest if dots else ()
    return (Shape((*(sizes[c] for c in front), *middle, *(sizes[c] for c in back))),)


def _read(op: Operation, equation: str) -> tuple[list[str], str]:
    """The letters of each operand, and those of the result."""
    written = equation.replace(" ", "")
    left, arrow, right = written.partition("->")
    terms = left.split(",")
    letters = set(written) - set(",->.")
    if not arrow or not all(letter.isalpha() for letter in letters):
        op.bad(f"`{equation}` is no equation", 'write the axes of all: "bij,bjk->bik"')
    if len(terms) != len(op.inputs):
        op.bad(f"`{equation}` is for {len(terms)} tensors, not {len(op.inputs)}", "one term each")
    return terms, right


def _add_term(
    op: Operation, term: str, shape: Shape, sizes: dict[str, Dim], rest: tuple[Dim, ...]
) -> tuple[Dim, ...]:
    """Enter the sizes of an operand's letters; what `...` stands for so far."""
    front, dots, back = term.partition("...")
    if shape.rank is None:
        for letter in front + back:
            sizes.setdefault(letter, unknown_size())
        return rest
    middle = shape.rank - len(front) - len(back)
    if middle < 0 or (middle and not dots):
        op.bad(f"`{term}` names {len(front + back)} axes of {shape}", "one letter for each axis")
    named = [*zip(front, shape.prefix, strict=False)]
    named += [*zip(back, shape.prefix[len(front) + middle :], strict=True)]
    for letter, size in named:
        known = sizes.setdefault(letter, size)
        if known.constant == 1:
            sizes[letter] = size
        elif size.constant != 1 and not op.same(known, size):
            op.bad(f"`{letter}` is {known} and {size}", "one letter has one size")
    here = shape.prefix[len(front) : len(front) + middle]
    if not dots or not here:
        return rest
    if not rest:
        return here
    return aligned(op, Shape(rest), Shape(here), 0).prefix
