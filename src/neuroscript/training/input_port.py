"""An input of a neuron: as it was declared, and as the training data filled it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor

    from neuroscript.language import Port

Element: TypeAlias = Literal["float", "int", "bool"]


@dataclass(frozen=True, slots=True)
class InputPort:
    """What a neuron takes at one port; plain data, so that a checkpoint can hold it."""

    name: str
    shape: tuple[int | str, ...]
    """Sizes, and names of those that vary, the batch first: `("batch", "seq", 8)`."""

    element: Element
    sample: tuple[int, ...]
    """The sizes of one sample of the training data."""

    span: ClassVar[None] = None
    """Where it was declared: a run does not keep that."""

    @property
    def dtype(self) -> Element:
        """The element type, by the name that a declared port has for it."""
        return self.element

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.shape))}]"

    @property
    def rank(self) -> int:
        """How many dimensions a sample has."""
        return len(self.sample)

    @property
    def sizes(self) -> tuple[int | str, ...]:
        """The shape of one sample: a size where it is fixed, else what the dimension is called.

        Where the declaration leaves open how many dimensions there are, those of the training
        data count, and none of them is fixed.

        >>> InputPort("in", ("batch", "seq", 8), "float", (5, 8)).sizes
        ('seq', 8)
        >>> InputPort("in", ("*lead", 8), "float", (5, 8)).sizes
        ('lead_1', 8)
        """
        star = next((i for i, dim in enumerate(self.shape) if str(dim).startswith("*")), None)
        if star is None:
            return self.shape[1:]
        name = str(self.shape[star]).lstrip("*") or "dim"
        before, after = self.shape[:star], self.shape[star + 1 :]
        many = 1 + self.rank - len(before) - len(after)
        return (*before, *(f"{name}_{i}" for i in range(many)), *after)[1:]

    def as_data(self) -> dict[str, Any]:
        return {**asdict(self), "shape": list(self.shape), "sample": list(self.sample)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> InputPort:
        """The port that `as_data` described."""
        return cls(
            data["name"], tuple(data["shape"]), data["element"], tuple(map(int, data["sample"]))
        )


def input_ports(
    names: Sequence[str], declared: Sequence[Port] | None, seen: Sequence[Tensor]
) -> tuple[InputPort, ...]:
    """The inputs of a model that took these tensors.

    A model of which nothing is declared takes what it was trained on, in batches of any size.
    """
    ports = []
    for index, (name, value) in enumerate(zip(names, seen, strict=False)):
        sample = tuple(value.shape[1:])
        seen_shape: tuple[int | str, ...] = ("batch", *sample)
        shape = seen_shape if declared is None else declared[index].shape
        ports.append(InputPort(name, shape, _element(value), sample))
    return tuple(ports)


def _element(value: Tensor) -> Element:
    if value.is_floating_point() or value.is_complex():
        return "float"
    return "bool" if str(value.dtype) == "torch.bool" else "int"
