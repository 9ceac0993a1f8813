"""A model that was handed in instead of a `.ns` file."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A model that was handed in, or its class, and what its weights were."""

    model: nn.Module | type[nn.Module]
    weights: dict[str, torch.Tensor]

    @classmethod
    def of(cls, model: nn.Module | type[nn.Module]) -> HandedIn:
        """The model as it is now."""
        if isinstance(model, type):
            return cls(model, {})
        return cls(model, {name: t.detach().clone() for name, t in model.state_dict().items()})

    def put_back(self) -> None:
        """Gives the model its weights again, on the CPU."""
        if not isinstance(self.model, type):
            self.model.to("cpu").load_state_dict(self.weights)
