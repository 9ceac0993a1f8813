"""What is exported: a model with what belongs in front of it, its outputs in a plain form."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from neuroscript.training.input_port import InputPort
from neuroscript.training.normal import Normal
from neuroscript.training.objective import as_tuple


class Program(nn.Module):
    """Takes inputs as they stand in the data, and gives a tensor or a tuple of them.

    Inputs are brought to the scale that was learnt with the model. Other containers of outputs
    have no form in exports.
    """

    def __init__(
        self, model: nn.Module, ports: Sequence[InputPort], normals: Sequence[Normal | None]
    ) -> None:
        super().__init__()
        self.model = model
        self.normalised = [normal is not None for normal in normals]
        for index, (port, normal) in enumerate(zip(ports, normals, strict=False)):
            if normal is not None:
                shape = [1] * (1 + port.rank)
                if normal.dim != 0:
                    shape[normal.dim] = len(normal.shift)
                shift = torch.tensor(normal.shift).reshape(shape)
                scale = torch.tensor(normal.scale).reshape(shape)
                self.register_buffer(f"shift_{index}", shift, persistent=False)
                self.register_buffer(f"scale_{index}", scale, persistent=False)

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """What the model gives."""
        taken = list(inputs)
        for index, normalised in enumerate(self.normalised):
            if normalised:
                shift = self.get_buffer(f"shift_{index}")
                taken[index] = (taken[index] - shift) * self.get_buffer(f"scale_{index}")
        outputs = as_tuple(self.model(*taken))
        return outputs if len(outputs) > 1 else outputs[0]
