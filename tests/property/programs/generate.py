"""Random programs that are right, over all constructs of the language."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import torch

from programs.context import Binding, Unroll
from programs.expressions import Whole, Wrong, is_size_name
from programs.moves import ANY, KEEPING, ROWS, WORD, Axes, Move, Sizes, grouped, softmax
from programs.neurons import Line, Neuron, Port, Program, tensor
from programs.steps import Arm, Call, If, Match, Scope, Step, Tensors, Wrap, run_steps
from programs.templates import TEMPLATES, Template

CHOICES = [
    {"batch": 11, "seq": 7, "length": 43, "height": 29, "width": 31, "b": 19, "s": 31},
    {"batch": 13, "seq": 17, "length": 53, "height": 37, "width": 41, "b": 29, "s": 23},
]
"""Sizes of inputs that programs are run with; no two alike, and like no other size."""


@dataclass
class Value:
    """A tensor that has a name in the graph, once for each choice of sizes."""

    name: str
    axes: Axes
    dtype: str
    tensors: Tensors


class Builder:
    """Grows the body of one neuron; what does not run with all sizes is left out."""

    def __init__(
        self, rng: Random, names: dict[str, Any], params: dict[str, Any], ports: list[Port]
    ) -> None:
        self.rng = rng
        self.sizes = Sizes(rng, names, params)
        self.known = {**names, **params}
        self.context: list[Binding | Unroll] = []
        self.graph: list[Line] = []
        self.numbers = 0
        self.scopes: list[Scope] = []
        self.values: list[Value] = []
        for choice in CHOICES:
            self.scopes.append(Scope({**self.known, **{n: Whole(v) for n, v in choice.items()}}, 0))
        for port in ports:
            self.take(port)
        self.templates: list[tuple[Neuron, Template]] = []
        self.keeping = KEEPING

    def take(self, port: Port) -> None:
        made = []
        for scope in self.scopes:
            shape: list[int] = []
            for dim in port.dims:
                shape += [23, 19] if dim.startswith("*") else [int(scope.value(dim))]
            made.append(tensor(shape, port.dtype))
            scope.tensors[port.name or "in"] = made[-1]
        axes: Axes = [None if dim.startswith("*") else dim for dim in port.dims]
        self.values.append(Value(port.name or "in", axes, port.dtype or "float", tuple(made)))

    def fresh(self, what: str) -> str:
        self.numbers += 1
        return f"{what}{self.numbers}"

    # --- trying

    def runs(self, steps: list[Step], xs: list[Tensors]) -> list[Tensors] | None:
        try:
            with torch.device("meta"):
                return [run_steps(steps, s, x) for s, x in zip(self.scopes, xs, strict=True)]
        except Wrong:
            return None

    def step(self, moves: list[Move], axes: Axes, xs: list[Tensors]):  # type: ignore[no-untyped-def]
        """One move that fits and runs: steps, axes, tensors; None if none was found."""
        for _ in range(6):
            found = self.rng.choice(moves)(self.sizes, axes)
            if found is None:
                continue
            steps, behind = found
            results = self.runs(steps, xs)
            if results is not None and all(0 < x[0].numel() < 20_000_000 for x in results):
                return steps, behind, results
        return None

    def chain(
        self, moves: list[Move], count: int, axes: Axes, xs: list[Tensors]
    ) -> tuple[list[Step], Axes, list[Tensors]]:
        steps: list[Step] = []
        for _ in range(count):
            found = self.step(moves, axes, xs)
            if found is None:
                break
            more, axes, xs = found
            steps += more
        return steps, axes, xs

    def keep(self, source: Value, steps: list[Step], axes: Axes, xs: list[Tensors]) -> Value:
        """A new line; its result gets a name."""
        if not steps:
            return source
        name = self.fresh("v")
        self.graph.append(Line([source.name], steps, [name]))
        return self.store(name, axes, source.dtype, tuple(x[0] for x in xs))

    def store(self, name: str, axes: Axes, dtype: str, tensors: Tensors) -> Value:
        for scope, x in zip(self.scopes, tensors, strict=True):
            scope.tensors[name] = x
        self.values.append(Value(name, axes, dtype, tensors))
        return self.values[-1]

    # --- lines

    def grow(self, value: Value, moves: list[Move], rows: bool = False) -> Value:
        """A line more, of a random kind."""
        ways = [self.plain, self.plain, self.residual, self.conditional, self.shared, self.unrolled]
        ways += [self.wrapped, self.joined, self.called, self.called]
        if not rows:
            ways += [self.matched, self.attention, self.called]
        for _ in range(6):
            found = self.rng.choice(ways)(value, moves)
            if found is not None and found is not value:
                return found
        return value

    def plain(self, value: Value, moves: list[Move]) -> Value:
        xs = [(x,) for x in value.tensors]
        return self.keep(value, *self.chain(moves, self.rng.randrange(1, 4), value.axes, xs))

    def residual(self, value: Value, moves: list[Move]) -> Value:
        xs = [(x,) for x in value.tensors]
        other = self.keep(value, *self.chain(self.keeping, 2, value.axes, xs))
        if other is value:
            return value
        name = self.rng.choice(["Add", "Multiply", "Subtract", "Maximum", "Minimum", "Divide"])
        return self.pair(value, other, Call(name, []), value.axes) or value

    def pair(self, a: Value, b: Value, call: Call, axes: Axes) -> Value | None:
        xs = list(zip(a.tensors, b.tensors, strict=True))
        results = self.runs([call], xs)
        if results is None:
            return None
        name = self.fresh("v")
        self.graph.append(Line([a.name, b.name], [call], [name]))
        return self.store(name, axes, a.dtype, tuple(x[0] for x in results))

    def joined(self, value: Value, moves: list[Move]) -> Value:
        """The value beside a changed one, along the last axis."""
        xs = [(x,) for x in value.tensors]
        steps, axes, after = self.chain(ROWS, 2, value.axes, xs)
        if not steps or axes[-1] is None or value.axes[-1] is None:
            return value
        other = self.keep(value, steps, axes, after)
        last = f"{grouped(value.axes[-1])} + {grouped(axes[-1])}"
        args = [] if self.rng.random() < 0.5 else ["-1"]
        call = Call("Concat", args)
        return self.pair(value, other, call, [*value.axes[:-1], last]) or other

    def attention(self, value: Value, moves: list[Move]) -> Value | None:
        """Every row weighs every other."""
        if len(value.axes) < 3:
            return None
        xs = [(x,) for x in value.tensors]
        turned = self.runs([Call("Transpose", [])], xs)
        assert turned is not None
        axes = [*value.axes[:-2], value.axes[-1], value.axes[-2]]
        key = self.keep(value, [Call("Transpose", [])], axes, turned)
        product = Call("MatMul", [])
        if len(value.axes) == 3 and self.rng.random() < 0.3:
            product = Call("Einsum", ['"bij,bjk->bik"'])
        weights = self.pair(value, key, product, [*value.axes[:-2], value.axes[-2], value.axes[-2]])
        if weights is None:
            return None
        return self.pair(weights, value, Call("MatMul", []), value.axes)

    def conditional(self, value: Value, moves: list[Move]) -> Value | None:
        """`if` on parameters: branches keep the shape, or give the same new size."""
        xs = [(x,) for x in value.tensors]
        conditions = self.conditions()
        branches = []
        last, axes = value.axes[-1], value.axes
        size = self.sizes.size()
        changes = self.sizes.static(last) and self.rng.random() < 0.5
        for condition in self.rng.sample(conditions, min(2, len(conditions))):
            steps, _, _ = self.chain(self.keeping, 2, value.axes, xs)
            if changes:
                steps = [*steps, Call("Linear", [str(last), size])]
            if steps:
                branches.append((condition, steps))
        if not branches:
            return None
        otherwise: list[Step] | None = None
        if changes:
            otherwise, axes = [Call("Linear", [str(last), size])], [*axes[:-1], size]
        elif self.rng.random() < 0.5:
            otherwise = self.chain(self.keeping, 1, value.axes, xs)[0] or None
        step = If(branches, otherwise)
        results = self.runs([step], xs)
        return None if results is None else self.keep(value, [step], axes, results)

    def conditions(self) -> list[str]:
        flags = [n for n, v in self.sizes.params.items() if isinstance(v, bool)]
        ints = [n for n, v in self.sizes.params.items() if isinstance(v, Whole)]
        found = [*flags, *(f"!{name}" for name in flags)]
        found += [f"{name} > {self.rng.choice([4, 8, 12])}" for name in ints]
        found += [f"{name} % 2 == 0 && {name} < 20" for name in ints]
        return found or ["true"]

    def matched(self, value: Value, moves: list[Move]) -> Value | None:
        """Arms by run-time shape; the last takes all."""
        xs = [(x,) for x in value.tensors]
        rank = len(value.axes)
        first = ["b", "s", "e", "m"][:rank]
        if len(first) < rank:
            return None
        arms, axes = [], list(value.axes)
        if self.rng.random() < 0.5:
            at = self.rng.randrange(rank)
            tested = [*first]
            tested[at] = self.rng.choice(["1", "4"])
            guard = None
            if self.sizes.static(value.axes[at]):
                return None
            axes[at] = None
        else:
            tested, guard = first, f"{self.rng.choice(first)} > {self.rng.choice([2, 9])}"
        steps = self.chain(self.keeping, 1, value.axes, xs)[0]
        arms.append(Arm(tested, guard, steps or [Call("Identity", [])]))
        if self.rng.random() < 0.3:
            arms.append(Arm(["*lead", "e"], None, [Call("Tanh", [])]))
        else:
            arms.append(Arm(first, None, [Call("Identity", [])]))
        results = self.runs([Match(arms)], xs)
        return None if results is None else self.keep(value, [Match(arms)], axes, results)

    def shared(self, value: Value, moves: list[Move]) -> Value | None:
        """A binding, applied once or twice."""
        last = value.axes[-1]
        if last is None or not self.sizes.static(last):
            return None
        name = self.fresh("unit")
        text = f"Linear({last}, {last})"
        kind = self.rng.choice(["", "", "lazy", "freeze", "if"])
        if kind == "if":
            text = f"if {self.rng.choice(self.conditions())}: {text} else: LayerNorm({last})"
        elif kind == "freeze":
            text = f"Freeze({text})"
        self.bind(Binding(name, text, "@lazy" if kind == "lazy" else ""))
        steps: list[Step] = [Call(name, None)]
        if self.rng.random() < 0.5:
            steps += [Call("Tanh", []), Call(name, None)]
        results = self.runs(steps, [(x,) for x in value.tensors])
        return None if results is None else self.keep(value, steps, value.axes, results)

    def bind(self, item: Binding | Unroll) -> None:
        self.context.append(item)
        for scope in self.scopes:
            with torch.device("meta"):
                scope.names[item.name] = item.make(scope)

    def unrolled(self, value: Value, moves: list[Move]) -> Value | None:
        """Rounds that keep the size, or that grow by the index."""
        last = value.axes[-1]
        if last is None or not self.sizes.static(last):
            return None
        name, counts = self.fresh("layers"), ["2", "3"]
        counts += [n for n, v in self.sizes.params.items() if v in (2, 3)]
        count = self.rng.choice(counts)
        if self.rng.random() < 0.3 and count.isdigit():
            items = [
                Binding("w", f"{grouped(last)} + 4 * i"), Binding("mix", "Linear(w, w + 4)")
            ]  # fmt: skip
            item = Unroll(name, count, "i", items)
            axes = [*value.axes[:-1], f"{grouped(last)} + 4 * {count}"]
        else:
            size = self.sizes.size()
            items = [Binding("up", f"Linear({last}, {size})"), Binding("act", "GELU()")]
            items += [Binding("down", f"Linear({size}, {last})")]
            if self.rng.random() < 0.5:
                items.append(Binding("norm", f"if i % 2 == 0: LayerNorm({last}) else: Identity()"))
            used = any("i %" in b.value for b in items)
            item, axes = Unroll(name, count, "i" if used else None, items), value.axes
        self.bind(item)
        steps: list[Step] = [Call(name, None)]
        if axes is value.axes and self.rng.random() < 0.3:
            steps.append(Call(f"{name}[{self.rng.choice(['0', '-1'])}]", None))
        results = self.runs(steps, [(x,) for x in value.tensors])
        return None if results is None else self.keep(value, steps, axes, results)

    def wrapped(self, value: Value, moves: list[Move]) -> Value | None:
        """`@wrap` of a neuron that adds what its body does."""
        wrapper = next((n for n, t in self.templates if t.kind == "wrapper"), None)
        if wrapper is None:
            return None
        xs = [(x,) for x in value.tensors]
        target: list[Step] | str = self.chain(self.keeping, 2, value.axes, xs)[0]
        last = value.axes[-1]
        if not target:
            return None
        if last is not None and self.sizes.static(last) and self.rng.random() < 0.3:
            target = self.fresh("unit")
            self.bind(Binding(target, f"Linear({last}, {last})"))
        step = Wrap(wrapper.name, [], target)
        results = self.runs([step], xs)
        return None if results is None else self.keep(value, [step], value.axes, results)

    # --- neurons of the program

    def called(self, value: Value, moves: list[Move]) -> Value | None:
        fits = [(n, t) for n, t in self.templates if t.kind != "wrapper"]
        if not fits:
            return None
        neuron, template = self.rng.choice(fits)
        args = template.arguments(self.sizes, value.axes)
        if args is None:
            return None
        steps: list[Step] = [Call(neuron.name, args)]
        results = self.runs(steps, [(x,) for x in value.tensors])
        if results is None or value.dtype != (neuron.inputs[0].dtype or "float"):
            return None
        if len(neuron.outputs) > 1:
            names = [self.fresh("v") for _ in neuron.outputs]
            self.graph.append(Line([value.name], steps, names))
            found = value
            for i, name in enumerate(names):
                axes = template.gives(neuron, args, value.axes, i)
                found = self.store(name, axes, value.dtype, tuple(x[i] for x in results))
            return found
        axes = template.gives(neuron, args, value.axes, 0)
        return self.keep(value, steps, axes, results)

    # --- results

    def declare(self, value: Value, name: str = "") -> Port:
        """An output port for a value: its sizes as texts, or names of its own."""
        dims = []
        for axis in value.axes:
            own = axis is None or any(w.startswith("part_") for w in WORD.findall(axis))
            if axis is not None and not own and self.rng.random() < 0.85:
                dims.append(axis)
            else:
                dims.append(self.sizes.fresh("size"))
        return Port(name, dims)

    def finish(self, value: Value, port: Port) -> None:
        """Let an output be a value: the last line goes there if it made it."""
        name = port.name or "out"
        line = next((g for g in self.graph if value.name in g.targets), None)
        uses = sum(value.name in g.sources for g in self.graph)
        if line is not None and uses == 0 and self.rng.random() < 0.7:
            line.targets[line.targets.index(value.name)] = name
            value.name = name
            return
        self.graph.append(Line([value.name], [Call("Identity", [])], [name]))


def program(rng: Random) -> Program:
    """A right program with values for its parameters and two choices of sizes."""
    params: dict[str, Any] = {"dim": Whole(rng.choice([12, 20, 24])), "heads": Whole(2)}
    if rng.random() < 0.7:
        params["deep"] = Whole(rng.choice([2, 3]))
    if rng.random() < 0.7:
        params["flag"] = rng.random() < 0.5
    globals_ = {"wide": rng.choice(["10", "14"])} if rng.random() < 0.4 else {}
    if rng.random() < 0.3:
        globals_["table"] = "Embedding(50, 16)"
    names = Program([], {}, [], globals_).names()
    neurons: list[Neuron] = []
    templates: list[tuple[Neuron, Template]] = []
    for template in rng.sample(TEMPLATES, rng.randrange(1, 5)):
        for made in template.make(rng, names, sub_neuron):
            neurons.append(made)
            names = Program(neurons, {}, [], globals_).names()
        templates.append((neurons[-1], template))
    ports = _inputs(rng)
    builder = Builder(rng, names, params, ports)
    builder.templates = templates
    value = _enter(builder, rng)
    for _ in range(rng.randrange(2, 6)):
        value = builder.grow(value, ANY)
    outputs = _outputs(builder, value)
    texts = {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in params.items()}
    main = Neuron("Main", texts, ports, outputs, builder.context, builder.graph)
    return Program([*neurons, main], params, CHOICES, globals_)


def _outputs(builder: Builder, value: Value) -> list[Port]:
    """One output, or two: the last value and an earlier one."""
    earlier = [v for v in builder.values[:-1] if v is not value and v.dtype != "int"]
    if not earlier or builder.rng.random() < 0.8:
        port = builder.declare(value)
        builder.finish(value, port)
        return [port]
    other = builder.rng.choice(earlier)
    ports = [builder.declare(value, "last"), builder.declare(other, "earlier")]
    for found, port in zip((value, other), ports, strict=True):
        builder.graph.append(Line([found.name], [Call("Identity", [])], [port.name]))
    return ports


def _inputs(rng: Random) -> list[Port]:
    layout = rng.choice(["rows", "seq", "seq", "image", "signal", "pixels", "tokens", "two"])
    match layout:
        case "rows":
            return [Port("", ["batch", "dim"])]
        case "seq":
            return [Port("", ["batch", "seq", rng.choice(["dim", "16"])])]
        case "image":
            return [Port("", ["batch", rng.choice(["3", "dim"]), "height", "width"])]
        case "signal":
            return [Port("", ["batch", "dim", "length"])]
        case "pixels":
            return [Port("", ["batch", "3", "28", "28"])]
        case "tokens":
            return [Port("", ["batch", "seq"], "int")]
        case _:
            return [Port("left", ["batch", "seq", "dim"]), Port("right", ["batch", "seq", "dim"])]


def _enter(builder: Builder, rng: Random) -> Value:
    """The first value: an input, tokens embedded, or two inputs as one."""
    value = builder.values[0]
    if len(builder.values) == 2:
        name = rng.choice(["Add", "Multiply"])
        return builder.pair(value, builder.values[1], Call(name, []), value.axes) or value
    if value.dtype != "int":
        return value
    steps: list[Step] = [Call("Embedding", ["50", "dim"])]
    if "table" in builder.known and rng.random() < 0.7:
        steps = [Call("table", None)]
        size = "16"
    elif rng.random() < 0.2:
        steps, size = [Call("Cast", ['"float"'])], ""
    else:
        size = "dim"
    results = builder.runs(steps, [(x,) for x in value.tensors])
    assert results is not None
    found = builder.keep(value, steps, [*value.axes, size] if size else value.axes, results)
    found.dtype = "float"
    return found


def sub_neuron(
    rng: Random,
    names: dict[str, Any],
    name: str,
    params: dict[str, Any],
    port: Port,
    moves: list[Move],
    lines: int,
    rows: bool = False,
) -> Neuron:
    """A neuron with a random body, for any values of its parameters like those given."""
    builder = Builder(rng, names, params, [port])
    value = builder.values[0]
    if rows:
        builder.keeping = [move for move in KEEPING if move is not softmax]
    for _ in range(lines):
        value = builder.grow(value, moves, rows)
    outputs = [builder.declare(value)]
    if rows:
        outputs[0].dims = [port.dims[0], *outputs[0].dims[1:]]
    builder.finish(value, outputs[0])
    used = " ".join(text for part in [*builder.context, *builder.graph] for text in part.lines())
    used += " ".join([*port.dims, *outputs[0].dims])
    given = {n: "" for n in params if n in WORD.findall(used)}
    if any(is_size_name(n) for n in given):
        raise AssertionError("a parameter is named like a size")
    return Neuron(name, given, [port], outputs, builder.context, builder.graph)
