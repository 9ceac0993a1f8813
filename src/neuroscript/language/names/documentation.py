"""What the comment before a neuron says: what it is, examples, other names of its parameters.

    /// Every output is a weighted sum of all inputs: y = x Wᵀ + b.
    /// also: in_features is in_dim, out_features is out_dim
    /// weights: in_dim * out_dim, out_dim if bias
    /// >>> [2, 7, 3] -> Linear(3, 5) -> [2, 7, 5]

`weights` says how many numbers a host trains, in values of the language, each perhaps under a
condition; counting/hosts.py says which functions they may use. An example gives the shape of each
input and result, with the element type where it is not float: `[2, 9] int`. Several stand in
brackets, and `()` is for none. `positive` is for neurons that take no other floats. Where
`# causal` stands behind, no result at a step of axis -2 depends on inputs after it;
`# causal on axis 1` says so of another axis.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PROMPT = ">>> "
ALSO = "also: "
WEIGHTS = "weights: "

_TENSOR = re.compile(r"\[([^\]]*)\](?: (float|int|bool|complex|positive))?")
_CAUSAL = re.compile(r"# causal(?: on axis (-?\d+))?$")


@dataclass(frozen=True, slots=True)
class Tensor:
    """Shape and kind of a tensor in an example; `str()` is how it is written."""

    shape: tuple[int, ...]
    kind: str = "float"

    @property
    def dtype(self) -> str:
        return "float" if self.kind == "positive" else self.kind

    def __str__(self) -> str:
        sizes = f"[{', '.join(map(str, self.shape))}]"
        return sizes if self.kind == "float" else f"{sizes} {self.kind}"


@dataclass(frozen=True, slots=True)
class Example:
    """A call of a neuron on tensors of known shapes."""

    text: str
    inputs: tuple[Tensor, ...]
    call: str
    outputs: tuple[Tensor, ...]
    causal: int | None = None
    """The axis along which results depend on what came before alone."""

    @property
    def program(self) -> str:
        """A neuron `Example` that does nothing else; what it gives is left to be inferred."""
        ports = "".join(f"    in x{i}: {_port(t)}\n" for i, t in enumerate(self.inputs))
        outs = "".join(f"    out y{i}: [*]\n" for i in range(len(self.outputs)))
        given, taken = (
            _tuple([f"{letter}{i}" for i in range(count)])
            for letter, count in (("x", len(self.inputs)), ("y", len(self.outputs)))
        )
        start = f"{given} -> " if given else ""
        return f"neuron Example:\n{ports}{outs}    graph: {start}{self.call} -> {taken}\n"


@dataclass(frozen=True, slots=True)
class Documentation:
    """The parts of a comment."""

    prose: str
    examples: tuple[Example, ...]
    aliases: Mapping[str, str]
    """Other names of parameters, with the name that each stands for."""

    weights: tuple[tuple[str, str], ...] = ()
    """Of a host: how much it trains, as values with their conditions; "" for always."""

    @property
    def brief(self) -> str:
        """The first line."""
        return self.prose.partition("\n")[0]


def documentation(text: str) -> Documentation:
    """Take a comment apart. Raises ValueError for an example that cannot be read.

    >>> found = documentation("Twice.\\nalso: n is count\\n>>> [2] -> Twice(3) -> ([2], [1] int)")
    >>> found.prose, found.aliases, found.examples[0].call
    ('Twice.', {'n': 'count'}, 'Twice(3)')
    >>> documentation("weights: window(size, 2), dim if bias and size > 1").weights
    (('window(size, 2)', ''), ('dim', 'bias and size > 1'))
    >>> [str(tensor) for tensor in found.examples[0].outputs]
    ['[2]', '[1] int']
    """
    lines = text.split("\n")
    prose = [line for line in lines if not line.startswith((PROMPT, ALSO, WEIGHTS))]
    examples = [_example(line.removeprefix(PROMPT)) for line in lines if line.startswith(PROMPT)]
    aliases: dict[str, str] = {}
    for line in lines:
        if line.startswith(ALSO):
            for part in line.removeprefix(ALSO).split(", "):
                also, name = part.split(" is ")
                aliases[also] = name
    weights = [
        _conditional(part)
        for line in lines
        if line.startswith(WEIGHTS)
        for part in _parts(line.removeprefix(WEIGHTS))
    ]
    return Documentation("\n".join(prose).strip(), tuple(examples), aliases, tuple(weights))


def _parts(text: str) -> list[str]:
    """What commas outside of brackets divide."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _conditional(text: str) -> tuple[str, str]:
    value, _, condition = text.partition(" if ")
    return value.strip(), condition.strip()


def _example(text: str) -> Example:
    causal = _CAUSAL.search(text)
    steps = (text[: causal.start()] if causal else text).strip().split(" -> ")
    if len(steps) < 3:
        raise ValueError(f"an example is `inputs -> call -> results`, not `{text}`")
    axis = int(causal[1] or -2) if causal else None
    call = " -> ".join(steps[1:-1])
    return Example(text, _tensors(steps[0]), call, _tensors(steps[-1]), axis)


def _tensors(text: str) -> tuple[Tensor, ...]:
    if re.sub(_TENSOR, "", text).strip("(), "):
        raise ValueError(f"`{text}` is no list of tensors: `[2, 3]`, or `([2, 3], [4] int)`")
    return tuple(
        Tensor(tuple(int(size) for size in sizes.split(",") if size.strip()), kind or "float")
        for sizes, kind in _TENSOR.findall(text)
    )


def _port(tensor: Tensor) -> str:
    return str(Tensor(tensor.shape, tensor.dtype))


def _tuple(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})" if names else ""
