"""Batches in the forms in which they come, as the tensors that a neuron takes and is held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from neuroscript.contracts.errors import said
from neuroscript.training.errors import TrainingError
from neuroscript.training.mismatch import InputMissing, OutputMissing
from neuroscript.training.padding import LENGTHS, SEGMENTS, filled
from neuroscript.training.processes.share import SHARE

if TYPE_CHECKING:
    from torch import Tensor

TARGET = "target"
INPUT = "input"
BESIDE = (TARGET, LENGTHS, SEGMENTS, SHARE)
"""Keys of a batch that are no inputs."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The names of a neuron's inputs and outputs, in order; `in` and `out` where unnamed."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    alone: frozenset[str] = frozenset()
    """The outputs that no target is looked up for."""

    padding: Mapping[str, int] = field(default_factory=dict)
    """The inputs that are told about padding, with their number of dimensions."""

    @property
    def held(self) -> tuple[str, ...]:
        """The outputs that are held to a target."""
        return tuple(name for name in self.outputs if name not in self.alone)

    @property
    def asked(self) -> tuple[str, ...]:
        """The inputs that the data give."""
        return tuple(name for name in self.inputs if name not in self.padding)

    def unpack(self, batch: Any) -> tuple[tuple[Tensor, ...], tuple[Tensor | None, ...]]:
        """The inputs of a batch in order, and for each output its target or None.

        A batch is a dict (`input` and `target`, each a tensor or a dict by port; or inputs by
        port beside `target`), a pair of inputs and targets, or inputs alone.

        >>> Ports(("left", "right"), ("out",)).unpack({"left": 1, "right": 2, "target": 3})
        ((1, 2), (3,))
        >>> Ports(("in",), ("out",)).unpack((1, 2))
        ((1,), (2,))
        >>> Ports(("in",), ("loss", "out"), frozenset({"loss"})).unpack((1, 2))
        ((1,), (None, 2))
        """
        if isinstance(batch, Mapping):
            given = batch.get(INPUT)
            if given is None or (INPUT in self.inputs and not isinstance(given, Mapping)):
                given = {k: v for k, v in batch.items() if k in self.inputs or k not in BESIDE}
            return self._inputs(given, batch), self._targets(batch.get(TARGET))
        if isinstance(batch, (tuple, list)):
            if len(batch) == 2:
                return self._inputs(batch[0], batch), self._targets(batch[1])
            if len(batch) == 1:
                return self._inputs(batch[0], batch), self._targets(None)
        return self._inputs(batch, batch), self._targets(None)

    def from_data(self, inputs: Sequence[Tensor]) -> dict[str, Tensor]:
        """Of all inputs in order, those that the data give, by name."""
        pairs = zip(self.inputs, inputs, strict=True)
        return {name: value for name, value in pairs if name not in self.padding}

    def _inputs(self, given: Any, batch: Any) -> tuple[Tensor, ...]:
        if not isinstance(given, Mapping):
            values = tuple(given) if isinstance(given, (tuple, list)) else (given,)
            if not self.padding or len(values) == len(self.inputs):
                return values
            given = dict(zip(self.asked, values, strict=False))
        asked = self.asked
        if len(asked) == 1 and len(given) == 1:
            given = {asked[0]: next(iter(given.values()))}
        if self.padding:
            known = {name: given[name] for name in asked if name in given}
            told = {
                name: filled(name, rank, known, batch)
                for name, rank in self.padding.items()
                if name not in given and known
            }
            given = {**given, **told}
        return tuple(_pick(given, self.inputs, InputMissing))

    def _targets(self, given: Any) -> tuple[Tensor | None, ...]:
        found = iter(self._held_targets(given))
        return tuple(None if name in self.alone else next(found) for name in self.outputs)

    def _held_targets(self, given: Any) -> tuple[Tensor | None, ...]:
        held = self.held
        if given is None:
            return (None,) * len(held)
        if isinstance(given, Mapping):
            if len(held) == 1 and len(given) == 1:
                return tuple(given.values())
            return tuple(_pick(given, held, OutputMissing))
        if isinstance(given, (tuple, list)):
            return tuple(given)
        return (given, *(None,) * (len(held) - 1))


def _pick(
    given: Mapping[str, Any],
    names: Sequence[str],
    missing: type[InputMissing] | type[OutputMissing],
) -> list[Any]:
    lacking = [name for name in names if name not in given]
    if lacking:
        place = said("batch", ", ".join(map(str, given)))
        raise TrainingError([missing(place, name, None, list(given)) for name in lacking])
    return [given[name] for name in names]
