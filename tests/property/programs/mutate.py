"""Right programs made wrong in one place, each in a way that people get things wrong."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from random import Random

from programs.context import Binding, Unroll
from programs.expressions import is_size_name
from programs.moves import WORD
from programs.neurons import Neuron, Program
from programs.steps import Call, If, Match, Rearrange, Select, Step, Wrap

NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")

SIZED = {"Linear", "LayerNorm", "RMSNorm", "Conv1d", "Conv2d", "DepthwiseConv", "CausalConv1d",
         "BatchNorm", "GroupNorm", "Embedding"}  # fmt: skip
"""Layers whose arguments are sizes of what arrives or leaves."""

LAYOUT = {"Transpose", "Flatten", "Reshape", "GlobalAvgPool", "AdaptiveAvgPool"}


def mutated(rng: Random, program: Program) -> tuple[str, Program] | None:
    """A changed copy and what was done to it; None if the way that was drawn does not apply."""
    name = rng.choice(list(MUTATIONS))
    changed = copy.deepcopy(program)
    if not MUTATIONS[name](rng, changed) or changed.text() == program.text():
        return None
    return name, changed


# --- where things are


def chains(program: Program) -> Iterator[list[Step]]:
    """Every list of steps, those of branches, arms and wrapped bodies included."""
    for neuron in program.neurons:
        for line in neuron.graph:
            yield from _inner(line.steps)


def _inner(steps: list[Step]) -> Iterator[list[Step]]:
    yield steps
    for step in steps:
        match step:
            case If(branches, otherwise):
                for _, branch in branches:
                    yield from _inner(branch)
                if otherwise is not None:
                    yield from _inner(otherwise)
            case Match(arms):
                for arm in arms:
                    yield from _inner(arm.steps)
            case Select(_, contracts):
                for _, _, body in contracts:
                    yield from _inner(body)
            case Wrap(_, _, target) if not isinstance(target, str):
                yield from _inner(target)


def calls(program: Program) -> list[Call]:
    found = [s for steps in chains(program) for s in steps if isinstance(s, Call)]
    return [call for call in found if call.args is not None]


def rearrangements(program: Program) -> list[Rearrange]:
    return [s for steps in chains(program) for s in steps if isinstance(s, Rearrange)]


def sizes_in(call: Call) -> list[int]:
    """Arguments that are plain sizes: no lists, no neurons."""
    return [i for i, a in enumerate(call.args or ()) if "[" not in a and not re.search(r"[A-Z]", a)]


def other_size(rng: Random, text: str) -> str:
    numbers = list(NUMBER.finditer(text))
    if numbers and rng.random() < 0.7:
        at = rng.choice(numbers)
        value = int(at.group()) + rng.choice([1, 1, 2, 3])
        return f"{text[: at.start()]}{value}{text[at.end() :]}"
    return f"{text} {rng.choice(['+', '-'])} {rng.choice([1, 2])}"


# --- sizes


def size_changed(rng: Random, program: Program) -> bool:
    fits = [call for call in calls(program) if call.name in SIZED and sizes_in(call)]
    if not fits:
        return False
    call = rng.choice(fits)
    at = rng.choice(sizes_in(call))
    assert call.args is not None
    call.args[at] = other_size(rng, call.args[at])
    return True


def sizes_swapped(rng: Random, program: Program) -> bool:
    fits = [call for call in calls(program) if len(sizes_in(call)) > 1]
    if not fits:
        return False
    call = rng.choice(fits)
    first, second = rng.sample(sizes_in(call), 2)
    assert call.args is not None
    call.args[first], call.args[second] = call.args[second], call.args[first]
    return True


def size_of_a_neuron_changed(rng: Random, program: Program) -> bool:
    own = {neuron.name for neuron in program.neurons}
    fits = [call for call in calls(program) if call.name in own and sizes_in(call)]
    if not fits:
        return False
    call = rng.choice(fits)
    at = rng.choice(sizes_in(call))
    assert call.args is not None
    call.args[at] = other_size(rng, call.args[at])
    return True


def binding_changed(rng: Random, program: Program) -> bool:
    items = [i for n in program.neurons for i in n.context]
    flat = [b for i in items for b in (i.items if isinstance(i, Unroll) else [i])]
    fits = [b for b in flat if re.search(r"(Linear|LayerNorm)\(", b.value)]
    if not fits:
        return False
    binding = rng.choice(fits)
    places = list(re.finditer(r"(?:Linear|LayerNorm)\(([^,()]+)[,)]", binding.value))
    if not places:
        return False
    at = rng.choice(places)
    text = other_size(rng, at.group(1))
    binding.value = binding.value[: at.start(1)] + text + binding.value[at.end(1) :]
    return True


def parameter_changed(rng: Random, program: Program) -> bool:
    """Another value for a parameter that a split or a fixed size needs."""
    ints = [n for n, v in program.params.items() if not isinstance(v, bool)]
    name = rng.choice(ints)
    program.params[name] = type(program.params[name])(program.params[name] + rng.choice([1, 3]))
    program.main.params[name] = str(int(program.params[name]))
    return True


# --- steps


def step_dropped(rng: Random, program: Program) -> bool:
    fits = [steps for steps in chains(program) if len(steps) > 1]
    if not fits:
        return False
    steps = rng.choice(fits)
    del steps[rng.randrange(len(steps))]
    return True


def layout_dropped(rng: Random, program: Program) -> bool:
    """A forgotten transpose, flatten or rearrangement."""
    fits = []
    for steps in chains(program):
        for i, step in enumerate(steps):
            plain = isinstance(step, Rearrange) and "part" not in str(step.target)
            if len(steps) > 1 and (plain or (isinstance(step, Call) and step.name in LAYOUT)):
                fits.append((steps, i))
    if not fits:
        return False
    steps, at = rng.choice(fits)
    del steps[at]
    return True


def step_doubled(rng: Random, program: Program) -> bool:
    fits = [steps for steps in chains(program) if steps]
    steps = rng.choice(fits)
    at = rng.randrange(len(steps))
    steps.insert(at, copy.deepcopy(steps[at]))
    return True


def layout_added(rng: Random, program: Program) -> bool:
    """A rank or an order too many."""
    fits = [steps for steps in chains(program) if steps]
    steps = rng.choice(fits)
    added = rng.choice(
        [Call("Flatten", []), Call("Transpose", []), Call("GlobalAvgPool", []),
         Call("Flatten", ["0", "1"]), Call("Transpose", ["0", "1"]), Call("Reshape", ["[-1, 5]"])]
    )  # fmt: skip
    steps.insert(rng.randrange(len(steps) + 1), added)
    return True


def size_layer_added(rng: Random, program: Program) -> bool:
    """Behind something, a layer that changes the last size."""
    fits = [steps for steps in chains(program) if steps]
    steps = rng.choice(fits)
    sizes = [c.args[1] for c in calls(program) if c.name == "Linear" and len(c.args or ()) > 1]
    if not sizes:
        return False
    size = rng.choice(sizes)  # type: ignore[index]
    steps.insert(rng.randrange(len(steps) + 1), Call("Linear", [size, other_size(rng, size)]))
    return True


def axes_changed(rng: Random, program: Program) -> bool:
    """Other axes for a transpose, softmax, flatten."""
    fits = [c for c in calls(program) if c.name in ("Transpose", "Flatten") and c.args]
    fits += [c for c in calls(program) if c.name in ("Softmax", "Concat")]
    if not fits:
        return False
    call = rng.choice(fits)
    if call.name == "Softmax":
        call.keywords = {"dim": rng.choice(["4", "-5", "7"])}
    elif call.name == "Concat":
        call.args = [rng.choice(["0", "1", "-2", "5"])]
    else:
        assert call.args is not None
        at = rng.randrange(len(call.args))
        call.args[at] = NUMBER.sub(lambda m: str(int(m[0]) + 1), call.args[at], count=1)
    return True


def window_changed(rng: Random, program: Program) -> bool:
    names = ("Conv1d", "Conv2d", "MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d")
    fits = [call for call in calls(program) if call.name in names]
    if not fits:
        return False
    call = rng.choice(fits)
    assert call.args is not None
    if rng.random() < 0.5:
        call.args[-1] = rng.choice(["2", "4", "7", "61"])
    else:
        call.keywords["padding"] = rng.choice(["1", "2", "4"])
    return True


# --- arguments


def argument_removed(rng: Random, program: Program) -> bool:
    fits = [call for call in calls(program) if call.args and call.name not in LAYOUT]
    if not fits:
        return False
    call = rng.choice(fits)
    assert call.args is not None
    del call.args[rng.randrange(len(call.args))]
    return True


def argument_added(rng: Random, program: Program) -> bool:
    fits = [c for c in calls(program) if c.name in ("ReLU", "Add", "MatMul", "Tanh", "Heads")]
    if not fits:
        return False
    call = rng.choice(fits)
    assert call.args is not None
    call.args += ["3", "3", "3"]
    return True


def input_dropped(rng: Random, program: Program) -> bool:
    lines = [g for n in program.neurons for g in n.graph if len(g.sources) > 1]
    if not lines:
        return False
    line = rng.choice(lines)
    del line.sources[rng.randrange(len(line.sources))]
    return True


# --- declarations


def output_declared_otherwise(rng: Random, program: Program) -> bool:
    ports = [port for neuron in program.neurons for port in neuron.outputs]
    return _other_dims(rng, rng.choice(ports).dims, program)


def input_declared_otherwise(rng: Random, program: Program) -> bool:
    ports = [port for neuron in program.neurons for port in neuron.inputs]
    return _other_dims(rng, rng.choice(ports).dims, program)


def _other_dims(rng: Random, dims: list[str], program: Program) -> bool:
    way = rng.choice(["change", "swap", "drop", "add"])
    fixed = [i for i, dim in enumerate(dims) if not dim.startswith("*")]
    if way == "change":
        params = {name for neuron in program.neurons for name in neuron.param_names}
        sized = [i for i in fixed if set(WORD.findall(dims[i])) <= params]
        if not sized:
            return False
        at = rng.choice(sized)
        dims[at] = other_size(rng, dims[at])
    elif way == "swap":
        if len(fixed) < 2:
            return False
        first, second = rng.sample(fixed, 2)
        dims[first], dims[second] = dims[second], dims[first]
    elif way == "drop":
        if len(fixed) < 2:
            return False
        del dims[rng.choice(fixed)]
    else:
        dims.insert(rng.randrange(len(dims) + 1) if len(fixed) == len(dims) else len(dims), "3")
    return True


def input_type_changed(rng: Random, program: Program) -> bool:
    port = rng.choice(program.main.inputs)
    port.dtype = "float" if port.dtype == "int" else "int"
    return True


# --- rearrangements


def split_does_not_divide(rng: Random, program: Program) -> bool:
    fits = [r for r in rearrangements(program) if r.sizes]
    if not fits:
        return False
    step = rng.choice(fits)
    ((axis, size),) = list(step.sizes.items())[:1]
    other = rng.choice(["5", "7"])
    step.sizes[axis] = other
    step.target = [re.sub(rf"(?<![\w]){re.escape(size)}(?![\w])", other, t) for t in step.target]
    return True


def axis_lost(rng: Random, program: Program) -> bool:
    fits = [r for r in rearrangements(program) if r.operation in (None, "copy")]
    fits = [r for r in fits if len(r.target) > 1 and "others" not in r.target]
    if not fits:
        return False
    step = rng.choice(fits)
    named = [i for i, t in enumerate(step.target) if is_size_name(t)]
    if not named:
        return False
    del step.target[rng.choice(named)]
    step.pattern = "a -> a b c"  # whatever it is, it cannot be done
    return True


# --- what is read


def other_source(rng: Random, program: Program) -> bool:
    """A line that goes on from an earlier value."""
    neuron: Neuron = rng.choice(program.neurons)
    earlier = [port.name or "in" for port in neuron.inputs]
    places: list[tuple[list[str], int, list[str]]] = []
    for line in neuron.graph:
        for i, source in enumerate(line.sources):
            others = [name for name in earlier if name != source]
            if others:
                places.append((line.sources, i, others))
        earlier += [t for t in line.targets if t != "out"]
    if not places:
        return False
    sources, at, others = rng.choice(places)
    sources[at] = rng.choice(others)
    return True


def binding_dropped(rng: Random, program: Program) -> bool:
    fits = [n for n in program.neurons if any(isinstance(b, Binding) for b in n.context)]
    if not fits:
        return False
    neuron = rng.choice(fits)
    del neuron.context[rng.randrange(len(neuron.context))]
    return True


MUTATIONS: dict[str, Callable[[Random, Program], bool]] = {
    "a size changed": size_changed,
    "two sizes swapped": sizes_swapped,
    "a size in a call of a neuron changed": size_of_a_neuron_changed,
    "a size in a binding changed": binding_changed,
    "a parameter given another value": parameter_changed,
    "a step dropped": step_dropped,
    "a transpose, flatten or rearrangement dropped": layout_dropped,
    "a step doubled": step_doubled,
    "a transpose, flatten or pooling added": layout_added,
    "a layer of another size added": size_layer_added,
    "other axes": axes_changed,
    "another window": window_changed,
    "an argument removed": argument_removed,
    "arguments added": argument_added,
    "a tensor dropped": input_dropped,
    "an output declared otherwise": output_declared_otherwise,
    "an input declared otherwise": input_declared_otherwise,
    "an input of another element type": input_type_changed,
    "a split that does not divide": split_does_not_divide,
    "an axis lost in a rearrangement": axis_lost,
    "another source": other_source,
    "a binding dropped": binding_dropped,
}
