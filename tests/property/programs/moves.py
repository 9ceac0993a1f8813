"""Single steps that fit a tensor: what a chain may go on with.

A move gets a builder and the axes of the tensor, and gives steps with the axes behind them; None
where it does not fit. Axes are texts: a parameter, a size of an input, a formula, or None for a
size that cannot be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

from programs.expressions import evaluate, is_size_name
from programs.steps import Call, Rearrange, Step

Axes = list[str | None]
Found = tuple[list[Step], Axes] | None

WORD = re.compile(r"[A-Za-z_]\w*")


class Sizes:
    """Parameters with the values that a program is generated for."""

    def __init__(self, rng: Random, names: dict[str, Any], params: dict[str, Any]) -> None:
        self.rng = rng
        self.names = names
        self.params = params
        self.count = 0

    def fresh(self, what: str) -> str:
        self.count += 1
        return f"{what}_{self.count}"

    def static(self, text: str | None) -> bool:
        """Whether a size is known at construction."""
        return text is not None and not any(is_size_name(w) for w in WORD.findall(text))

    def value(self, text: str) -> int:
        return int(evaluate(text, {**self.names, **self.params}))

    def size(self) -> str:
        """A new size: a number, a parameter, a formula over them."""
        ints = [n for n, v in self.params.items() if isinstance(v, int) and v > 3 and v is not True]
        name = self.rng.choice(ints) if ints else None
        ways = [str(self.rng.choice([4, 6, 8, 12, 16]))]
        if name is not None:
            ways += [name, name, f"2 * {name}", f"{name} + 4"]
            ways += [f"{name} / 2"] if self.value(name) % 2 == 0 else []
        if "wide" in self.names:
            ways.append("@global wide")
        return self.rng.choice(ways)


def grouped(text: str) -> str:
    return text if re.fullmatch(r"@?[\w ]+", text) and " * " not in text else f"({text})"


def product(a: str | None, b: str | None) -> str | None:
    return None if a is None or b is None else f"{grouped(a)} * {grouped(b)}"


# --- of any shape


def pointwise(sizes: Sizes, axes: Axes) -> Found:
    name = sizes.rng.choice(["ReLU", "GELU", "Tanh", "Sigmoid", "SiLU", "Identity"])
    return [Call(name, [])], axes


def dropout(sizes: Sizes, axes: Axes) -> Found:
    return [Call("Dropout", [sizes.rng.choice(["0.1", "0.5"])])], axes


def softmax(sizes: Sizes, axes: Axes) -> Found:
    axis = sizes.rng.randrange(-len(axes), len(axes))
    return [Call("Softmax", [], {"dim": str(axis)})], axes


def norm(sizes: Sizes, axes: Axes) -> Found:
    last = axes[-1]
    if last is None or not sizes.static(last):
        return None
    return [Call(sizes.rng.choice(["LayerNorm", "RMSNorm"]), [last])], axes


def linear(sizes: Sizes, axes: Axes) -> Found:
    last = axes[-1]
    if last is None or not sizes.static(last):
        return None
    size = sizes.size()
    keywords = {"bias": "false"} if sizes.rng.random() < 0.2 else {}
    frozen = sizes.rng.random() < 0.1
    return [Call("Linear", [last, size], keywords, frozen)], [*axes[:-1], size]


def there_and_back(sizes: Sizes, axes: Axes) -> Found:
    last = axes[-1]
    if last is None or not sizes.static(last):
        return None
    size = sizes.size()
    middle = pointwise(sizes, axes)
    assert middle is not None
    return [Call("Linear", [last, size]), *middle[0], Call("Linear", [size, last])], axes


# --- layout


def transpose(sizes: Sizes, axes: Axes) -> Found:
    if len(axes) < 2:
        return None
    rank, rng = len(axes), sizes.rng
    if rng.random() < 0.3:
        order = rng.sample(range(rank), rank)
        text = "[" + ", ".join(str(i) for i in order) + "]"
        return [Call("Transpose", [text])], [axes[i] for i in order]
    first, second = rng.sample(range(rank), 2)
    moved = list(axes)
    moved[first], moved[second] = moved[second], moved[first]
    if {first, second} == {rank - 2, rank - 1} and rng.random() < 0.5:
        return [Call("Transpose", [])], moved
    if rng.random() < 0.3:
        second -= rank
    return [Call("Transpose", [str(first), str(second)])], moved


def flatten(sizes: Sizes, axes: Axes) -> Found:
    if len(axes) < 3:
        return None
    start = sizes.rng.randrange(0, len(axes) - 1)
    end = sizes.rng.randrange(start + 1, len(axes))
    merged: str | None = axes[start]
    for text in axes[start + 1 : end + 1]:
        merged = product(merged, text)
    behind = [*axes[:start], merged, *axes[end + 1 :]]
    args = [] if (start, end) == (1, len(axes) - 1) else [str(start), str(end)]
    return [Call("Flatten", args)], behind


def reshape(sizes: Sizes, axes: Axes) -> Found:
    last = axes[-1]
    if len(axes) < 2 or last is None or not sizes.static(last):
        return None
    if sizes.value(last) % 2 == 0 and sizes.rng.random() < 0.5:
        text = f"[-1, 2, {grouped(last)} / 2]"
        return [Call("Reshape", [text])], [None, "2", f"{grouped(last)} / 2"]
    return [Call("Reshape", [f"[-1, {last}]"])], [None, last]


def cut(sizes: Sizes, axes: Axes) -> Found:
    """A part of an axis from its start, or all behind its start."""
    at = sizes.rng.randrange(len(axes))
    text = axes[at]
    if text is None or not sizes.static(text) or sizes.value(text) < 6:
        return None
    axis = at if sizes.rng.random() < 0.5 else at - len(axes)
    if text.isdigit() and sizes.rng.random() < 0.5:
        call = Call("Slice", [str(axis), "0", "4"])
        return [call], [*axes[:at], "4", *axes[at + 1 :]]
    call = Call("Slice", [str(axis), "2"])
    return [call], [*axes[:at], f"{grouped(text)} - 2", *axes[at + 1 :]]


def pad(sizes: Sizes, axes: Axes) -> Found:
    last = axes[-1]
    if last is None:
        return None
    return [Call("Pad", ["[1, 2]"])], [*axes[:-1], f"{last} + 3"]


def part(sizes: Sizes, axes: Axes) -> Found:
    """One of the equal parts of an axis."""
    last = axes[-1]
    if last is None or not sizes.static(last) or sizes.value(last) % 2:
        return None
    step = Call("Split", ["2"] if sizes.rng.random() < 0.5 else ["2", "-1"])
    return [step, Call("Add", [])], [*axes[:-1], f"{grouped(last)} / 2"]


# --- rearranging; axes have to be told apart by their names


def told_apart(axes: Axes) -> bool:
    names = [text for text in axes if text is not None and text.isidentifier()]
    return len(names) == len(axes) == len(set(names))


def letters(axes: Axes) -> list[str]:
    return [chr(ord("a") + i) for i in range(len(axes))]


def permute(sizes: Sizes, axes: Axes) -> Found:
    if not told_apart(axes) or len(axes) < 2:
        return None
    order = sizes.rng.sample(range(len(axes)), len(axes))
    names = letters(axes)
    moved = [axes[i] for i in order]
    pattern = f"{' '.join(names)} -> {' '.join(names[i] for i in order)}"
    return [Rearrange(list(axes), [str(t) for t in moved], pattern)], moved


def split(sizes: Sizes, axes: Axes) -> Found:
    """One axis by a number or parameter, its parts left in place or moved forward."""
    if not told_apart(axes):
        return None
    fits = [i for i, t in enumerate(axes) if sizes.static(t)]
    if not fits:
        return None
    axis = sizes.rng.choice(fits)
    text = str(axes[axis])
    ways = [n for n, v in sizes.params.items() if v in (2, 3) and n not in axes]
    ways += ["2", "4"]
    divisors = [d for d in ways if sizes.value(text) % sizes.value(d) == 0]
    if not divisors:
        return None
    divisor, part = sizes.rng.choice(divisors), sizes.fresh("part")
    names = letters([*axes, None])
    groups = list(names[:-1])
    groups[axis] = f"({names[axis]} {names[-1]})"
    entries = [*[str(t) for t in axes[:axis]], divisor, f"{part}={text}/{divisor}"]
    entries += [str(t) for t in axes[axis + 1 :]]
    behind: Axes = [*axes[:axis], divisor, part, *axes[axis + 1 :]]
    flat = [*names[: axis + 1], names[-1], *names[axis + 1 : -1]]
    if axis > 0 and sizes.rng.random() < 0.5:
        for items in (entries, behind, flat):
            items.insert(axis - 1, items.pop(axis))  # type: ignore[attr-defined]
    pattern = f"{' '.join(groups)} -> {' '.join(flat)}"
    return [Rearrange(list(axes), entries, pattern, {names[axis]: divisor})], behind


def merge(sizes: Sizes, axes: Axes) -> Found:
    if not told_apart(axes) or len(axes) < 3:
        return None
    order = list(range(len(axes)))
    if sizes.rng.random() < 0.5:
        sizes.rng.shuffle(order)
    at = sizes.rng.randrange(len(axes) - 1)
    names, moved = letters(axes), [axes[i] for i in order]
    pairs = f"({names[order[at]]} {names[order[at + 1]]})"
    flat = [names[i] for i in order[:at]] + [pairs] + [names[i] for i in order[at + 2 :]]
    merged = f"{moved[at]} * {moved[at + 1]}"
    in_order = order[at] < order[at + 1]
    text = "others" if in_order and sizes.rng.random() < 0.3 else merged
    target = [*moved[:at], text, *moved[at + 2 :]]
    behind: Axes = [*moved[:at], merged, *moved[at + 2 :]]
    pattern = f"{' '.join(names)} -> {' '.join(flat)}"
    return [Rearrange(list(axes), [str(t) for t in target], pattern)], behind


def reduce(sizes: Sizes, axes: Axes) -> Found:
    if not told_apart(axes) or len(axes) < 3:
        return None
    kept = sizes.rng.sample(range(len(axes)), sizes.rng.randrange(2, len(axes)))
    names = letters(axes)
    operation = sizes.rng.choice(["mean", "sum", "min", "max", "prod"])
    target = [str(axes[i]) for i in kept]
    pattern = f"{' '.join(names)} -> {' '.join(names[i] for i in kept)}"
    return [Rearrange(list(axes), target, pattern, {}, operation)], [axes[i] for i in kept]


def repeat(sizes: Sizes, axes: Axes) -> Found:
    if not told_apart(axes) or len(axes) > 4:
        return None
    at, copies = sizes.rng.randrange(len(axes) + 1), sizes.rng.choice(["2", "5"])
    names = letters(axes)
    behind: Axes = [*axes[:at], copies, *axes[at:]]
    flat = [*names[:at], "z", *names[at:]]
    pattern = f"{' '.join(names)} -> {' '.join(flat)}"
    return [Rearrange(list(axes), [str(t) for t in behind], pattern, {"z": copies}, "copy")], behind


def add_one(sizes: Sizes, axes: Axes) -> Found:
    if not told_apart(axes) or len(axes) > 4:
        return None
    at = sizes.rng.randrange(1, len(axes) + 1)
    names = letters(axes)
    behind: Axes = [*axes[:at], "1", *axes[at:]]
    flat = [*names[:at], "1", *names[at:]]
    return [
        Rearrange(list(axes), [str(t) for t in behind], f"{' '.join(names)} -> {' '.join(flat)}")
    ], behind


# --- windows


def _window(sizes: Sizes, n: str | None, k: int, s: int, p: int) -> str | None:
    if n is None or not n.isdigit():
        return n if (s, 2 * p) == (1, k - 1) else None
    return str((int(n) + 2 * p - k) // s + 1)


def windows(sizes: Sizes, axes: Axes) -> Found:
    """A convolution or pooling over sequences or images, channels second."""
    channels, rng = axes[1] if len(axes) > 1 else None, sizes.rng
    if len(axes) not in (3, 4) or channels is None or not sizes.static(channels):
        return None
    flat = len(axes) == 3
    kernel, stride = rng.choice([1, 3, 5]), rng.choice([1, 1, 2])
    padding = rng.choice([0, kernel // 2])
    given = {"stride": str(stride)} if stride != 1 else {}
    given |= {"padding": str(padding)} if padding else {}
    behind = [_window(sizes, n, kernel, stride, padding) for n in axes[2:]]
    kind = rng.choice(["conv", "conv", "depthwise", "pool", "crop"])
    if kind == "crop":
        if flat:
            size = sizes.size()
            call = Call("ConvTranspose1d", [channels, size, "3"], {"stride": "2"})
            return [call], [axes[0], size, None]
        return [Call("Crop", ["5", "4"])], [*axes[:2], "5", "4"]
    if kind == "conv":
        size = sizes.size()
        name = "Conv1d" if flat else "Conv2d"
        return [Call(name, [channels, size, str(kernel)], given)], [axes[0], size, *behind]
    if kind == "depthwise":
        if flat:
            size = sizes.size()
            call = Call("CausalConv1d", [channels, size, str(kernel)])
            return [call], [axes[0], size, axes[2]]
        return [Call("DepthwiseConv", [channels, str(kernel)], given)], [*axes[:2], *behind]
    name = rng.choice(["MaxPool", "AvgPool"]) + ("1d" if flat else "2d")
    pooled = [_window(sizes, n, 2, 2, 0) for n in axes[2:]]
    return [Call(name, ["2"])], [*axes[:2], *pooled]


def channel_norm(sizes: Sizes, axes: Axes) -> Found:
    channels = axes[1] if len(axes) > 1 else None
    if channels is None or not sizes.static(channels):
        return None
    if sizes.rng.random() < 0.5 and sizes.value(channels) % 2 == 0:
        return [Call("GroupNorm", ["2", channels])], axes
    return [Call("BatchNorm", [channels])], axes


def global_pool(sizes: Sizes, axes: Axes) -> Found:
    if len(axes) < 3:
        return None
    if sizes.rng.random() < 0.5:
        return [Call("GlobalAvgPool", [])], [*axes[:2], *["1"] * (len(axes) - 2)]
    return [Call("GlobalAvgPool", [], {"keepdim": "false"})], axes[:2]


def adaptive(sizes: Sizes, axes: Axes) -> Found:
    if len(axes) != 4:
        return None
    return [Call("AdaptiveAvgPool", ["[2, 3]"])], [*axes[:2], "2", "3"]


Move = Callable[[Sizes, Axes], Found]

ROWS: list[Move] = [pointwise, dropout, norm, linear, linear, there_and_back]
"""Of the last axis alone, whatever stands before it."""

KEEPING: list[Move] = [pointwise, dropout, norm, there_and_back, softmax]
"""What gives the shape that it takes."""

ANY: list[Move] = [
    *ROWS, softmax, transpose, flatten, reshape, permute, permute, split, split, merge, merge,
    reduce, repeat, add_one, cut, pad, part, windows, windows, windows, channel_norm, global_pool,
    adaptive,
]  # fmt: skip
