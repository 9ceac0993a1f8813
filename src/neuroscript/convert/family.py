"""What a file of `families/` declares: which weight of theirs is which of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from neuroscript.convert.layout import SAME, Layout, Stacked
from neuroscript.convert.names import Pattern

if TYPE_CHECKING:
    from neuroscript.convert.config import HubConfig


@dataclass(frozen=True)
class Rule:
    """One weight of ours, and the weights of theirs that it is made of."""

    theirs: tuple[str, ...]
    ours: str
    shape: str
    """Of each of theirs, as `shapes.written` reads it."""

    layout: Layout = SAME
    count: bool = False
    """A whole number that is 0 where it is missing."""


Rules = tuple[Rule, ...]
Presence = Literal["always", "uniform", "each", "if any"]


@dataclass(frozen=True)
class Part:
    """Weights that belong together, below a name that may count: `h.{i}.` is `blocks.{i}.`."""

    theirs: str
    ours: str
    rules: Rules
    present: Presence = "always"
    """`always`: for each number, and at least once. `if any`: for each number, or there is none.
    `uniform`: for each number of the counted parts, or for none. `each`: whole or not at all."""

    prefixed: bool = True
    """Whether it lies below the family's prefix in models with a head."""

    def patterns(self, rule: Rule, side: Side) -> tuple[Pattern, ...]:
        """The names of the weights of a rule."""
        if side == "ours":
            return (Pattern(self.ours + rule.ours),)
        return tuple(Pattern(self.theirs + name) for name in rule.theirs)

    @cached_property
    def indices(self) -> tuple[str, ...]:
        """What it counts."""
        return tuple(dict.fromkeys(Pattern(self.theirs).indices))


Side = Literal["theirs", "ours"]
Count = int | tuple[int, ...]
"""How often something is counted; as a tuple, for each number of what is counted outside of it."""


@dataclass(frozen=True)
class Settings:
    """What a config of theirs says of our model."""

    neuron: str | None
    """The neuron of the library; None if none is like it."""

    params: Mapping[str, Any]
    """Values for its parameters, in the order of its signature."""

    sizes: Mapping[str, int] = field(default_factory=dict)
    """Values of the names in the shapes of the rules."""

    counts: Mapping[str, Count] = field(default_factory=dict)
    """How far the parts count."""

    tie: bool | None = None
    """Whether the head is the embedding, where both can be."""


@dataclass(frozen=True)
class Family:
    """A model of transformers and the same model of the library."""

    name: str
    neuron: str
    parts: tuple[Part, ...]
    settings: Callable[[HubConfig], Settings]
    prefix: str = ""
    """What the names begin with in models that have a head."""

    writes_prefix: bool = True
    """Whether the model of theirs that equals ours has the prefix."""

    tied: tuple[str, str] | None = None
    """The weight of theirs that is another one again, and which."""

    may_untie: bool = False
    """Whether the head can have weights of its own."""

    computed: tuple[str, ...] = ()
    """Patterns of what is no weight: masks and tables that ours computes."""

    heads: tuple[str, ...] = ()
    """Beginnings of the names of heads for tasks that ours has no place for."""

    spellings: tuple[tuple[str, str], ...] = ()
    """Names in modules of later transformers 5, and what files, and earlier modules, call the same.
    Patterns of the beginning of a name."""

    aliases: tuple[tuple[str, str], ...] = ()
    """Pieces of old names, and what became of them."""

    variants: Mapping[str, Settings] = field(default_factory=dict)
    """Names for models of fixed size, and what they are."""


def tensor(theirs: str, ours: str, shape: str, layout: Layout = SAME) -> Rules:
    """One weight, as it is."""
    return (Rule((theirs,), ours, shape, layout),)


def weight(theirs: str, ours: str, shape: str, layout: Layout = SAME) -> Rules:
    """A module with a weight alone."""
    return tensor(f"{theirs}.weight", f"{ours}.weight", shape, layout)


def affine(theirs: str, ours: str, shape: str, layout: Layout = SAME, out: str = "") -> Rules:
    """A module with weight and bias; the bias is as long as `out`, or as the first axis."""
    bias = out or shape.split()[0]
    return weight(theirs, ours, shape, layout) + tensor(f"{theirs}.bias", f"{ours}.bias", bias)


def stacked(theirs: tuple[str, ...], ours: str, shape: str) -> Rules:
    """Linear maps of theirs that are one of ours."""
    layout, out = Stacked(len(theirs)), shape.split()[0]
    return tuple(
        Rule(tuple(f"{name}.{kind}" for name in theirs), f"{ours}.{kind}", of, layout)
        for kind, of in (("weight", shape), ("bias", out))
    )


def batch_norm(theirs: str, ours: str, channels: str) -> Rules:
    """Scale, shift, and the statistics that training has gathered."""
    kinds = ("weight", "bias", "running_mean", "running_var")
    rules = tuple(Rule((f"{theirs}.{kind}",), f"{ours}.{kind}", channels) for kind in kinds)
    steps = "num_batches_tracked"
    return (*rules, Rule((f"{theirs}.{steps}",), f"{ours}.{steps}", "", count=True))
