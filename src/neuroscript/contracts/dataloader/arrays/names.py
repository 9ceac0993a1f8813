"""Which arrays of a file are inputs and which are targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

INPUTS = ("input", "x")
TARGETS = ("target", "y", "label", "labels")
CLASS_NAMES = "class_names"
PORT_PREFIX = "target."
SUFFIXES = {"train": ("train",), "val": ("val", "valid", "validation"), "test": ("test",)}


@dataclass(frozen=True)
class Roles:
    """The names of the arrays, by input and by target; `ignored` are the others."""

    inputs: dict[str, str]
    targets: dict[str, str]
    ignored: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The arrays that are used."""
        return [*self.inputs.values(), *self.targets.values()]


def roles_of(names: Sequence[str], split: str = "train") -> Roles:
    """`input` or `x`, and `target`, `y` or `label`; or every array is an input by its port.

    Targets by port are called `target.<port>`. Where there are arrays such as `x_train` and
    `x_test`, those of the split are taken.

    >>> roles_of(["x", "y"])
    Roles(inputs={'input': 'x'}, targets={'target': 'y'}, ignored=())
    >>> roles_of(["x_train", "y_train", "x_test", "y_test"], "test").targets
    {'target': 'y_test'}
    >>> roles_of(["left", "right", "target"]).inputs
    {'left': 'left', 'right': 'right'}
    """
    base = _of_split(names, split) or {name: name for name in names}
    lower = {name.lower(): name for name in base}
    targets = {
        name.removeprefix(PORT_PREFIX): base[name] for name in base if name.startswith(PORT_PREFIX)
    }
    lone = next((lower[name] for name in TARGETS if name in lower), None)
    if lone is not None and not targets:
        targets = {"target": base[lone]}
    single = next((lower[name] for name in INPUTS if name in lower), None)
    if single is not None:
        inputs = {"input": base[single]}
    else:
        others = [n for n in base if base[n] not in targets.values() and n != CLASS_NAMES]
        inputs = {name: base[name] for name in others if name.lower() not in TARGETS}
    used = {*inputs.values(), *targets.values(), CLASS_NAMES}
    return Roles(inputs, targets, tuple(name for name in base.values() if name not in used))


def _of_split(names: Sequence[str], split: str) -> dict[str, str]:
    """The arrays of a split by their names without it; empty where there are no such."""
    found = {}
    for name in names:
        stem, _, suffix = name.rpartition("_")
        if stem.lower() in (*INPUTS, *TARGETS) and suffix in SUFFIXES.get(split, ()):
            found[stem] = name
    return found
