"""Neurons that generated programs define and call, with how each is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from programs.context import Binding
from programs.expressions import Whole
from programs.moves import KEEPING, ROWS, WORD, Axes, Sizes, grouped, linear, permute, split
from programs.neurons import Line, Neuron, Port
from programs.steps import Call, If, Rearrange, Select


@dataclass(frozen=True)
class Template:
    """A kind of neuron; `make` gives it, after the neurons that it needs."""

    kind: str
    make: Callable[..., list[Neuron]]
    arguments: Callable[[Sizes, Axes], list[str] | None]
    """What a call passes for a tensor with these axes; None where it cannot take it."""

    def gives(self, neuron: Neuron, args: list[str], axes: Axes, output: int) -> Axes:
        """The axes of a result: the declared ones with the call's sizes put in."""
        port = neuron.inputs[0]
        meaning: dict[str, str | None] = {}
        run: Axes = []
        for i, dim in enumerate(port.dims):
            if dim.startswith("*"):
                run = axes[i : len(axes) - (len(port.dims) - i - 1)]
            elif dim.isidentifier():
                meaning[dim] = axes[i if not run else i - len(port.dims)]
        meaning.update(zip(neuron.param_names, args, strict=False))
        found: Axes = []
        for dim in neuron.outputs[output].dims:
            if dim.startswith("*"):
                found += run
            else:
                found.append(_put_in(dim, meaning))
        return found


def _put_in(dim: str, meaning: dict[str, str | None]) -> str | None:
    words = [w for w in WORD.findall(dim) if w not in ("global", "wide")]
    if any(meaning.get(word) is None for word in words):
        return None
    if dim.isidentifier() and dim in meaning:
        return meaning[dim]
    return WORD.sub(lambda m: grouped(str(meaning.get(m[0]) or m[0])), dim)


def _needs(sizes: Sizes, text: str | None, multiple: int = 1) -> bool:
    return text is not None and sizes.static(text) and sizes.value(text) % multiple == 0


# --- of rows


def _make_rows(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    params = {"wide_in": Whole(rng.choice([6, 18])), "inner": Whole(22)}
    port = Port("", [rng.choice(["*", "*lead"]), "wide_in"])
    neuron: Neuron = build(rng, names, "Rows", params, port, ROWS, 2, rows=True)
    neuron.params = {"wide_in": "", "inner": "22"}
    neuron.examples = [{"wide_in": str(params["wide_in"])}]
    return [neuron]


def _rows_arguments(sizes: Sizes, axes: Axes) -> list[str] | None:
    last = axes[-1]
    if last is None or not _needs(sizes, last, 2):
        return None
    return [last] if sizes.rng.random() < 0.3 else [last, sizes.size()]


# --- of sequences


def _make_sequence(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    params = {"d": Whole(18), "n": Whole(2)}
    port = Port("", ["batch", "seq", "d"])
    moves = [*KEEPING, linear, permute, split]
    neuron: Neuron = build(rng, names, "Sequence", params, port, moves, 3)
    neuron.params = {"d": "", "n": "2"}
    neuron.examples = [{"d": "18"}]
    return [neuron]


def _sequence_arguments(sizes: Sizes, axes: Axes) -> list[str] | None:
    if len(axes) != 3 or axes[2] is None or not _needs(sizes, axes[2], 4):
        return None
    return [axes[2]]


def _make_heads(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    """Attention with several heads: split, move, weigh, merge."""
    merged = rng.choice(["h*e", "others", "d"])
    there = Rearrange(["b", "s", "d"], ["b", "h", "s", "e=d/h"], "b s (h e) -> b h s e", {"h": "h"})
    turned = Rearrange(["b", "h", "s", "part_"], ["b", "h", "e", "s"], "b h s e -> b h e s")
    back = Rearrange(["b", "h", "s", "part_"], ["b", "s", merged], "b h s e -> b s (h e)")
    project = Call("Linear", ["d", "d"])
    graph = [
        Line(["in"], [project, there], ["q"]),
        Line(["in"], [project, there, turned], ["k"]),
        Line(["q", "k"], [Call("MatMul", []), Call("Softmax", [])], ["weights"]),
        Line(["weights", "q"], [Call("MatMul", []), back, project], ["out"]),
    ]
    shape = ["b", "s", "d"]
    return [
        Neuron(
            "Heads",
            {"d": "", "h": "2"},
            [Port("", shape)],
            [Port("", shape)],
            [],
            graph,
            [{"d": "22"}, {"d": "27", "h": "3"}],
        )
    ]


def _heads_arguments(sizes: Sizes, axes: Axes) -> list[str] | None:
    if len(axes) != 3 or axes[2] is None or not _needs(sizes, axes[2], 2):
        return None
    ways = [["2"]] + [[n] for n, v in sizes.params.items() if v == 2 and v is not True]
    return [axes[2], *sizes.rng.choice(ways)]


# --- of images


def _make_image(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    kernel, size = (
        rng.choice([("3", "1"), ("5", "2")]),
        rng.choice(["2 * into", "into", "into + 3"]),
    )
    graph = [
        Line(["in"], [Call("Conv2d", ["from", "into", kernel[0]], {"padding": kernel[1]})], ["y"]),
        Line(
            ["y"], [Call("BatchNorm", ["into"]), Call("ReLU", []), Call("MaxPool2d", ["2"])], ["z"]
        ),
        Line(["z"], [Call("Conv2d", ["into", size, "1"])], ["out"]),
    ]
    for line in graph:
        for step in line.steps:
            step.args = [arg.replace("from", "base") for arg in step.args]  # type: ignore[attr-defined]
    ports = ["batch", "base", "height", "width"], ["batch", size, "high", "broad"]
    return [
        Neuron(
            "Image",
            {"base": "", "into": ""},
            [Port("", ports[0])],
            [Port("", ports[1])],
            [],
            graph,
            [{"base": "9", "into": "14"}],
        )
    ]


def _image_arguments(sizes: Sizes, axes: Axes) -> list[str] | None:
    if len(axes) != 4 or axes[1] is None or not sizes.static(axes[1]):
        return None
    return [axes[1], sizes.size()]


# --- neurons as parameters


def _make_skip(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    graph = [
        Line(["in"], [Call("body", None)], ["y"]),
        Line(["in", "y"], [Call(rng.choice(["Add", "Maximum"]), [])], ["out"]),
    ]
    shape = ["*shape"]
    return [
        Neuron(
            "Skip",
            {"body: Neuron": ""},
            [Port("", shape)],
            [Port("", shape)],
            [],
            graph,
            [{"body": "Tanh"}],
        )
    ]


def _make_adapt(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    """`match(p)`: what gives another size is brought back."""
    same = (["*lead", "d"], ["*lead", "d"], [Call("p", None)])
    other = (["*lead", "d"], ["*lead", "m"], [Call("p", None), Call("Linear", ["m", "d"])])
    graph = [Line(["in"], [Select("p", [same, other])], ["out"])]
    shape = ["*lead", "d"]
    return [
        Neuron(
            "Adapt",
            {"p: Neuron": "", "d": ""},
            [Port("", shape)],
            [Port("", shape)],
            [],
            graph,
            [{"p": "Linear(9, 9)", "d": "9"}, {"p": "Linear(9, 5)", "d": "9"}],
        )
    ]


def _adapt_arguments(sizes: Sizes, axes: Axes) -> list[str] | None:
    last = axes[-1]
    if last is None or not sizes.static(last):
        return None
    inner = sizes.rng.choice([f"Linear({last}, {sizes.size()})", f"LayerNorm({last})", "GELU"])
    return [inner, last]


def _make_twice(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    """A factory, called twice with other numbers."""
    graph = [
        Line(["in"], [Call("p", ["d", "n"]), Call("Tanh", []), Call("p", ["n", "d"])], ["out"])
    ]
    shape = ["*lead", "d"]
    params = {"p: Neuron": "", "d": "", "n": "7"}
    examples = [{"p": "Linear", "d": "9"}, {"p": "Linear", "d": "9", "n": "4"}]
    return [Neuron("Twice", params, [Port("", shape)], [Port("", shape)], [], graph, examples)]


def _twice_arguments(sizes: Sizes, axes: Axes) -> list[str] | None:
    last = axes[-1]
    if last is None or not sizes.static(last):
        return None
    return ["Linear", last] if sizes.rng.random() < 0.5 else ["Linear", last, sizes.size()]


# --- recursion, several ports, members of an aggregate


def _make_tower(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    graph = [
        Line(
            ["in"],
            [If([("n > 0", [Call("Linear", ["d", "d"]), Call("rest", None)])], None)],
            ["out"],
        )
    ]
    shape = ["*", "d"]
    context = [Binding("rest", "Tower(d, n - 1)", "@lazy")]
    return [
        Neuron(
            "Tower",
            {"d": "", "n": "2"},
            [Port("", shape)],
            [Port("", shape)],
            context,
            graph,
            [{"d": "9"}, {"d": "9", "n": "0"}],
        )  # type: ignore[arg-type]
    ]


def _tower_arguments(sizes: Sizes, axes: Axes) -> list[str] | None:
    last = axes[-1]
    if last is None or not sizes.static(last):
        return None
    return [last, sizes.rng.choice(["0", "1", "3"])]


def _make_pair(rng: Random, names: dict[str, Any], build: Any) -> list[Neuron]:
    """One input, two outputs of other sizes."""
    graph = [
        Line(["in"], [Call("Linear", ["d", "d + 2"]), Call("Tanh", [])], ["first"]),
        Line(["first", "in"], [Call("Concat", [])], ["both"]),
        Line(["both"], [Call("Linear", ["2 * d + 2", "d"])], ["second"]),
    ]
    outputs = [Port("first", ["*lead", "d + 2"]), Port("second", ["*lead", "d"])]
    return [Neuron("Pair", {"d": ""}, [Port("", ["*lead", "d"])], outputs, [], graph, [{"d": "9"}])]


def _last_static(sizes: Sizes, axes: Axes) -> list[str] | None:
    last = axes[-1]
    return [last] if last is not None and sizes.static(last) else None


TEMPLATES = [
    Template("rows", _make_rows, _rows_arguments),
    Template("sequence", _make_sequence, _sequence_arguments),
    Template("heads", _make_heads, _heads_arguments),
    Template("image", _make_image, _image_arguments),
    Template("wrapper", _make_skip, lambda sizes, axes: None),
    Template("adapt", _make_adapt, _adapt_arguments),
    Template("twice", _make_twice, _twice_arguments),
    Template("tower", _make_tower, _tower_arguments),
    Template("pair", _make_pair, _last_static),
]
