"""A trained model as an export needs it: in evaluation mode on the CPU, and what is known of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from neuroscript.exporting.program import Program
from neuroscript.training.head import Head
from neuroscript.training.input_port import InputPort
from neuroscript.training.normal import Normal
from neuroscript.training.objective import as_tuple
from neuroscript.training.probe import vocabularies

if TYPE_CHECKING:
    from neuroscript.training import Runner


@dataclass(frozen=True)
class Trained:
    """A copy of a run's model, and its ports."""

    name: str
    model: nn.Module
    ports: tuple[InputPort, ...]
    heads: tuple[Head, ...]
    config: dict[str, Any]
    normals: tuple[Normal | None, ...] = ()
    """For each input how it is normalised."""

    @classmethod
    def of(cls, runner: Runner) -> Trained:
        """What a run trained."""
        model = copy.deepcopy(runner.model).cpu().eval().requires_grad_(False)
        objective = runner.objective
        heads = tuple(part.head for part in objective.parts)
        name = type(runner.model).__name__
        return cls(name, model, objective.taken, heads, runner.config, objective.normals)

    def __call__(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return as_tuple(self.program(*inputs))

    @cached_property
    def program(self) -> Program:
        """The model with what belongs in front of it."""
        return Program(self.model, self.ports, self.normals).eval()

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(head.port for head in self.heads)

    @cached_property
    def vocabulary(self) -> int | None:
        """How many tokens each of its embeddings knows at least; None if it has none."""
        return min(vocabularies(self.model), default=None)

    def layer(self, path: str) -> str:
        """A layer by its place in the model, for messages.

        >>> Trained("Net", nn.Sequential(nn.ReLU()), (), (), {}).layer("0")
        'layer `0` (ReLU)'
        """
        if not path:
            return f"`{self.name}`"
        return f"layer `{path}` ({type(self.model.get_submodule(path)).__name__})"
