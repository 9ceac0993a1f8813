"""Drawings of dataflow: what they look like, and laws that all of them keep."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from neuroscript.diagnostics import Sink
from neuroscript.language import check_text
from neuroscript.language.drawing import draw
from neuroscript.language.drawing.nodes import nodes_of
from neuroscript.language.drawing.rails import Rails
from neuroscript.language.names.flow import all_steps
from neuroscript.language.names.scope import standard_library
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.types import Inferred

UP, DOWN = set("│├┤┼╯╰"), set("│├┤┼╮╭")
NODES = set("●○")

COMPOSITES = [
    name
    for name in standard_library().names()
    if (found := standard_library().find(name)) is not None and found.is_graph
]


def drawing(text: str, columns: int = 100) -> str:
    """Of the entry neuron, as it would be in a file."""
    return "\n".join(draw(check_text(text).inferred(), columns)) + "\n"


@cache
def inferred(name: str) -> Inferred:
    definition = standard_library().find(name)
    assert definition is not None
    return Inference(Sink()).generic(definition)


SHORTCUT = """
neuron Net(dim):
    in: [*, dim]
    out: [*, dim]
    context:
        wide = Linear(
            dim,
            4 * dim,  # four times
        )
        narrow = Linear(4 * dim, dim)
    graph:
        in -> LayerNorm(dim) -> wide -> GELU() -> narrow -> y
        (in, y) -> Add() -> out
"""
SHORTCUT_DRAWN = """\
○ in                              [*, dim]
├─╮
│ ● LayerNorm(dim)
│ ● wide: Linear(dim, 4 * dim)    [*, 4*dim]
│ ● GELU()
│ ● narrow: Linear(4 * dim, dim)  [*, dim]
├─╯
● Add()
○ out
"""


def test_a_shortcut_goes_around() -> None:
    assert drawing(SHORTCUT) == SHORTCUT_DRAWN


def test_shapes_stand_in_one_column_and_only_where_they_change() -> None:
    shaped = [line for line in drawing(SHORTCUT).splitlines() if "[" in line]
    assert len(shaped) == 3
    assert len({line.index("[") for line in shaped}) == 1


SEVERAL = """
neuron Net(dim):
    in left: [*b, dim]
    in ids: [*b] int
    out both: [*b, dim]
    out sum: [*b, dim]
    context:
        table = Embedding(10, dim)
    graph:
        ids -> table -> row
        (left, row) -> Add() -> sum
        (row, left) -> Multiply() -> both
"""
SEVERAL_DRAWN = """\
○ left                         [*b, dim]
│ ○ ids                        [*b] int
│ ● table: Embedding(10, dim)  [*b, dim]
├─┼─╮
│ ├─┤
│ │ ● Add()
├─╯ │
●   │ Multiply()
○   │ both
    ○ sum
"""


def test_several_inputs_and_outputs_have_rails_of_their_own() -> None:
    assert drawing(SEVERAL) == SEVERAL_DRAWN


INSIDE = """
neuron Net(dim, deep: bool, n):
    in: [*, dim]
    out: [*, dim]
    context:
        blocks = unroll(n) as i:
            size = i + 1
            up = Linear(dim, size)
            act = if deep: GELU() else: ReLU()
            down = Linear(size, dim)
        gate = if deep: Linear(dim, dim)
    graph:
        in -> blocks -> gate -> if deep: Linear(dim, dim) -> GELU() elif n > 3: ReLU()
        -> match:
            [a, d]: Linear(dim, dim)
            [*r, d] where deep: LayerNorm(dim)
            [*r, d]: Identity()
        -> out
"""
INSIDE_DRAWN = """\
○ in  [*, dim]
● blocks: unroll(n) as i
│   size = i + 1
│   ● up: Linear(dim, size)
│   ● act: if deep:
│       ● GELU()
│     else:
│       ● ReLU()
│   ● down: Linear(size, dim)
● gate: if deep:
│     ● Linear(dim, dim)
│   else:
│     as it is
● if deep:
│     ● Linear(dim, dim)
│     ● GELU()
│   elif n > 3:
│     ● ReLU()
│   else:
│     as it is
● match:
│   [a, d]:
│     ● Linear(dim, dim)
│   [*r, d] where deep:
│     ● LayerNorm(dim)
│   [*r, d]:
│     ● Identity()
○ out
"""


def test_what_is_inside_a_step_stands_below_it() -> None:
    assert drawing(INSIDE) == INSIDE_DRAWN


def test_what_does_not_fit_is_cut_off() -> None:
    text = SHORTCUT.replace("4 * dim", "dim + dim + dim + dim + dim + dim + dim + dim")
    for columns in (30, 50, 80):
        lines = drawing(text, columns).splitlines()
        assert max(map(len, lines)) <= columns
        assert any("…" in line for line in lines)


def test_a_neuron_without_a_graph_has_none() -> None:
    assert draw(inferred("Linear")) == []


# --- laws


@pytest.mark.parametrize("name", COMPOSITES)
def test_every_rail_goes_from_one_line_to_the_next(name: str) -> None:
    rows = [row.rails for row in Rails(nodes_of(inferred(name))).rows()]
    assert rows
    for above, below in pairwise(rows):
        size = max(len(above), len(below))
        for upper, lower in zip(above.ljust(size), below.ljust(size), strict=True):
            assert upper not in DOWN or lower in UP | NODES, (above, below)
            assert lower not in UP or upper in DOWN | NODES, (above, below)


@pytest.mark.parametrize("name", COMPOSITES)
def test_every_port_and_step_has_a_line(name: str) -> None:
    found = inferred(name)
    lines = draw(found)
    assert found.flow is not None
    ports = [*found.definition.input_names, *found.definition.output_names]
    drawn = [line.strip("○│ ").split()[0] for line in lines if "○ " in line]
    assert sorted(drawn) == sorted(ports)
    assert sum("●" in line for line in lines) >= len(found.flow.steps)
    assert len(all_steps(found.flow.steps)) >= len(found.flow.steps)
    assert max(map(len, lines)) <= 100
