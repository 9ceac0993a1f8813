"""How many numbers a composite trains: formulas, and what is really there."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch.nn.parameter import is_lazy

from neuroscript.codegen import build, emit
from neuroscript.diagnostics import render
from neuroscript.language import check_path, check_text
from neuroscript.language.counting import Count, count_weights

PROGRAMS = sorted((Path(__file__).parents[1] / "goldens" / "code").glob("*.ns"))
PORTS = "    in: [*, d]\n    out: [*, d]\n"


def count(text: str, **given: object) -> Count:
    """Of the entry neuron of a program without mistakes, `..` standing for its ports."""
    checked = check_text(text.replace("    ..\n", PORTS))
    assert not checked.has_errors, render(checked.diagnostics)
    return count_weights(checked.definition(), checked.inference, given)


def real(text: str, **given: object) -> int:
    checked = check_text(text.replace("    ..\n", PORTS))
    model = getattr(build(emit(checked)), str(checked.entry))(**given)
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


SHARED = """
neuron Net(d):
    ..
    context:
        mix = Linear(d, d)
        other = mix
        @lazy never = Linear(d, 10 * d)
    graph: in -> mix -> mix -> other -> Linear(d, d) -> out
"""
ROUNDS = """
neuron Net(d, n):
    ..
    context:
        blocks = unroll(n):
            wide = 4 * d
            up = Linear(d, wide, bias=false)
            down = Linear(wide, d, bias=false)
            @static norm = LayerNorm(d)
        few = unroll(3) as i:
            a = Linear(d, i + 1)
            b = Linear(i + 1, d)
    graph: in -> blocks -> few -> out
"""
FIRST_ROUND = """
neuron Net(d, n=3):
    in: [*, 5]
    out: [*, d]
    context:
        layers = unroll(n) as i:
            width = if i == 0: 5 else: d
            layer = Linear(width, d)
            last = if i == 2: LayerNorm(d)
    graph: in -> layers -> out
"""
CHOICES = """
neuron Part(d, wide: bool):
    ..
    context:
        gate = if wide: Linear(d, d) else: LayerNorm(d)
    graph:
        in -> gate -> if wide: GELU() else: Linear(d, d)
        -> out

neuron Net(d):
    ..
    graph: in -> Part(d, true) -> Part(d, false) -> out
"""
SAME_EITHER_WAY = """
neuron Net(d, first: bool):
    ..
    graph:
        in -> if first: Linear(d, d) -> GELU() else: Linear(d, d)
        -> out
"""
FROZEN = """
neuron Net(d):
    ..
    context:
        base = Linear(d, d)
        body = unroll(2):
            layer = Linear(d, d)
    graph: in -> base -> Freeze(base) -> Freeze(Linear(d, 3)) -> Linear(3, d) -> Freeze(body) -> out
"""
GIVEN = """
neuron Twice(d, layer: Neuron, make: Neuron):
    ..
    context:
        own = make
    graph: in -> layer -> layer -> make(d, d) -> make(d, d) -> out

neuron Once(d, layer: Neuron):
    ..
    graph: in -> layer -> out

neuron Net(d):
    ..
    context:
        tied = Linear(d, d)
    graph:
        in -> Once(d, Linear(d, d)) -> Once(d, tied) -> Once(d, tied)
        -> Once(d, Freeze(Linear(d, d))) -> Once(d, LayerNorm(d)) -> out
"""
GLOBALS = """
@global mix = Linear(8, 8)

neuron Part():
    in: [*, 8]
    out: [*, 8]
    context:
        @static once = Linear(8, 8)
    graph: in -> mix -> once -> out

neuron Net():
    in: [*, 8]
    out: [*, 8]
    graph: in -> Part() -> Part() -> mix -> out
"""
TOWER = """
neuron Tower(d, n):
    ..
    context:
        @lazy rest = Tower(d, n - 1)
    graph:
        in -> if n > 0: Linear(d, d) -> rest
        -> out
"""
WRAPPED = """
neuron Skip(block: Neuron):
    in: [*s]
    out: [*s]
    graph:
        in -> (a, b)
        a -> block -> c
        (b, c) -> Add() -> out

neuron Net(d):
    ..
    context:
        norm = LayerNorm(d)
    graph:
        in -> @wrap(Skip): -> norm -> Linear(d, d)
        -> @wrap(Skip): norm
        -> out
"""
BY_SIGNATURE = """
neuron Fit(d, layer: Neuron):
    ..
    graph:
        in -> match(layer):
            in [*, 8] -> out [*, 8]: layer
            in [*, 5] -> out [*, 5]: Linear(d, 5) -> layer -> Linear(5, d)
        -> out

neuron Net():
    in: [*, 8]
    out: [*, 8]
    graph: in -> Fit(8, Linear(8, 8)) -> Fit(8, Linear(5, 5)) -> out
"""
BY_SHAPE = """
neuron Net(d):
    in: [*, d]
    out: [*, d]
    graph:
        in -> match:
            [a, d]: Linear(d, d)
            [*r, d]: LayerNorm(d)
        -> out
"""

EXACT = {
    "shared": (SHARED, "2*d*d + 2*d", {"d": 4}),
    "rounds": (ROUNDS, "8*d*d*n + 17*d + 6", {"d": 4, "n": 5}),
    "first round": (FIRST_ROUND, "2*d*d + 10*d", {"d": 4}),
    "choices": (CHOICES, "2*d*d + 4*d", {"d": 4}),
    "same either way": (SAME_EITHER_WAY, "d*d + d", {"d": 4, "first": True}),
    "frozen": (FROZEN, "4*d", {"d": 4}),
    "given": (GIVEN, "2*d*d + 4*d", {"d": 4}),
    "globals": (GLOBALS, "144", {}),
    "wrapped": (WRAPPED, "d*d + 3*d", {"d": 4}),
    "by shape": (BY_SHAPE, "d*d + 3*d", {"d": 4}),
    "by signature": (BY_SIGNATURE, "195", {}),
}


@pytest.mark.parametrize("name", EXACT)
def test_the_formula_is_what_is_built(name: str) -> None:
    text, formula, given = EXACT[name]
    assert str(count(text)) == formula
    assert count(text, **given).number == real(text, **given)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        (TOWER, "`n > 0`"),
        (
            SAME_EITHER_WAY.replace("-> GELU()", "-> LayerNorm(d)").replace("Net(d,", "Part(d,")
            + "neuron Net(d, f: bool):\n    ..\n    graph: in -> Part(d, f) -> out\n",
            "`first`",
        ),
        (
            "neuron Net(d, n):\n    ..\n    context:\n        s = unroll(n) as i:\n"
            "            a = Linear(d, i + 1)\n            b = Linear(i + 1, d)\n"
            "    graph: in -> s -> out\n",
            "`s = unroll(n) as i:`, whose rounds differ",
        ),
        (
            "neuron Own:\n    in: [*s]\n    out: [*s]\n    impl: python,mine/Own\n",
            "what `python,mine/Own` holds",
        ),
    ],
    ids=["recursion", "a condition", "rounds", "a host of one's own"],
)
def test_what_it_depends_on_is_said(text: str, on: str) -> None:
    found = count(text) if "impl" not in text else _unchecked(text)
    assert (found.formula, found.number, str(found)) == (None, None, f"depends on {on}")


def _unchecked(text: str) -> Count:
    checked = check_text(text)
    return count_weights(checked.definition(), checked.inference)


SHORTCUT = """
neuron Part(a, b, stride: int=1):
    in: [*, a]
    out: [*, b]
    context:
        @lazy down = Linear(a, b)
        @lazy norm = LayerNorm(b)
    graph:
        in -> Linear(a, b) -> y
        in -> if a != b: down -> norm
        -> x
        (x, y) -> Add() -> out

neuron Net(d, wide: bool, depth=1):
    in: [*, d]
    out: [*, 2 * d]
    context:
        gate = if depth == 2: Linear(d, d) elif depth < 3 and wide: LayerNorm(d) else: PReLU(d)
    graph: in -> gate -> Part(d, 2 * d) -> out
"""


@pytest.mark.parametrize(
    ("entry", "given", "formula"),
    [
        ("Part", {}, "a*b + (a*b + 3*b if a != b) + b"),
        ("Part", {"a": 3}, "(6*b if 3 != b) + 4*b"),
        ("Part", {"a": 3, "b": 3}, "12"),
        ("Net", {}, "4*d*d + (d if wide) + 9*d"),
        ("Net", {"depth": 5}, "4*d*d + 9*d"),
    ],
)
def test_what_conditions_add_stands_in_brackets(
    entry: str, given: dict[str, int], formula: str
) -> None:
    checked = check_text(SHORTCUT)
    found = count_weights(checked.definition(entry), checked.inference, given)
    assert str(found) == formula


@pytest.mark.parametrize(("a", "b"), [(3, 3), (3, 4)])
def test_what_conditions_decide_is_what_is_built(a: int, b: int) -> None:
    checked = check_text(SHORTCUT, neuron="Part")
    model = build(emit(checked)).Part(a, b)
    found = count_weights(checked.definition("Part"), checked.inference, {"a": a, "b": b})
    assert found.number == sum(weight.numel() for weight in model.parameters())


def test_a_host_of_the_library_is_known_under_another_name() -> None:
    text = "neuron Mine(in_dim, out_dim):\n    in: [*, in_dim]\n    out: [*, out_dim]\n"
    assert str(count(f"{text}    impl: core,Linear\n")) == "in_dim*out_dim + out_dim"
    assert str(_unchecked(f"{text}    impl: core,Frob\n")) == "depends on what `core,Frob` holds"


def test_what_is_frozen_elsewhere_is_not_trained() -> None:
    part = "neuron Part(d, of: Neuron):\n    ..\n    graph: in -> Freeze(of) -> out\n"
    net = "neuron Net(d):\n    ..\n    context:\n        a = Linear(d, d)\n"
    graph = "    graph: in -> Part(d, Linear(d, d)) -> Part(d, Freeze(a)) -> out\n"
    assert str(count(f"{part}{net}{graph}")) == "0"
    graph = "    graph: in -> a -> Part(d, a) -> out\n"
    told = "depends on what `Part` freezes of what it is given"
    assert str(count(f"{part}{net}{graph}")) == told


def test_rounds_that_are_too_many_are_not_counted() -> None:
    rounds = "        s = unroll(9000) as i:\n            a = Linear(d, i + 1)\n"
    rounds += "            b = Linear(i + 1, d)\n"
    text = f"neuron Net(d):\n    ..\n    context:\n{rounds}    graph: in -> s -> out\n"
    checked = check_text(text.replace("    ..\n", PORTS))
    with checked.bounded():
        found = count_weights(checked.definition(), checked.inference)
    assert str(found) == "depends on more rounds than are counted"


def test_a_recursion_that_numbers_end_is_counted() -> None:
    assert count(TOWER, d=3, n=5).number == real(TOWER, d=3, n=5) == 60


def test_neurons_that_a_caller_gives_stay_what_they_are_called() -> None:
    text = GIVEN.partition("neuron Once")[0]
    formula = "weights(layer) + 2*weights(make(d, d)) + weights(make)"
    assert str(_unchecked(text.replace("    ..\n", PORTS))) == formula


def test_sizes_of_inputs_are_open_as_parameters_are() -> None:
    text = "neuron Net:\n    in: [b, n]\n    out: [b, 2]\n    graph: in -> Linear(n, 2) -> out\n"
    assert str(count(text)) == "2*n + 2"


def test_a_size_that_a_run_tells_to_a_part_is_said_to() -> None:
    text = (
        "neuron Part:\n    in: [b, n]\n    out: [b, 2]\n    graph: in -> Linear(n, 2) -> out\n"
        "neuron Net:\n    in: [b, 7]\n    out: [b, 2]\n    graph: in -> Part() -> out\n"
    )
    assert str(count(text)) == "depends on `n`, a size that only a run tells"


GPT2 = """
neuron Net(vocab=50257, positions=1024, dim=768, layers=12, heads=12):
    in: [batch, seq] int
    out: [batch, seq, vocab]
    context:
        wte = Embedding(vocab, dim)
        wpe = LearnedPositionalEmbedding(positions, dim)
        blocks = unroll(layers):
            block = GPT2Block(dim, heads)
        ln_f = LayerNorm(dim)
    graph: in -> wte -> wpe -> blocks -> ln_f -> TiedLinear(wte) -> out
"""


@pytest.mark.parametrize("file", PROGRAMS, ids=lambda file: file.stem)
def test_programs_train_what_is_counted(file: Path) -> None:
    checked = check_path(file, allow_outside=True)
    for name, definition in checked.scope.own.items():
        if checked.has_errors or any(p.default is None for p in definition.params.values()):
            continue
        found = count_weights(definition, checked.inference)
        if found.number is None:
            continue  # what a run or a host decides
        made = getattr(build(emit(checked, name)), name)
        if not isinstance(made, type):
            continue  # a module has the name, and the class another
        weights = list(made().parameters())
        if not any(is_lazy(weight) for weight in weights):
            assert found.number == sum(w.numel() for w in weights if w.requires_grad)


def test_a_whole_model() -> None:
    assert str(count(GPT2)) == "124,439,808"
    required = GPT2.replace("vocab=50257, positions=1024, dim=768, layers=12", "vocab, n, dim, k")
    required = required.replace("positions", "n").replace("layers", "k")
    assert str(count(required)) == "12*dim*dim*k + 13*dim*k + dim*n + dim*vocab + 2*dim"


def test_large_numbers_are_grouped() -> None:
    ports = "neuron Net:\n    in: [*, 999]\n    out: [*, 1000]\n"
    text = f"{ports}    graph: in -> Linear(999, 1000) -> out\n"
    assert str(count(text)) == "1,000,000"
