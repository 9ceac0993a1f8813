"""What is trained: a model, and what is known of how it was declared."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from neuroscript.diagnostics import Span
from neuroscript.training.misfit import written
from neuroscript.training.neuron import Neuron
from neuroscript.training.probe import Probe, input_names


@dataclass(frozen=True, slots=True)
class Subject:
    """A model, with what is known of how it was declared."""

    name: str
    model: nn.Module
    declared: Neuron | None
    """None where no `.ns` file describes the model."""

    def input_names(self) -> tuple[str, ...]:
        if self.declared is not None:
            return tuple(port.name for port in self.declared.inputs)
        return input_names(self.model)

    def input_ranks(self) -> dict[str, int]:
        """How many dimensions each input has; 2, where that is not declared."""
        if self.declared is not None:
            return {port.name: len(port.shape) for port in self.declared.inputs}
        return dict.fromkeys(input_names(self.model), 2)

    def fractions(self) -> tuple[bool, ...] | None:
        """Which inputs are declared as fractions; None where nothing is declared."""
        if self.declared is None:
            return None
        return tuple(port.dtype == "float" for port in self.declared.inputs)

    def span(self, port: str) -> Span | None:
        """Where a port was declared."""
        ports = [*self.declared.inputs, *self.declared.outputs] if self.declared else []
        return next((p.span for p in ports if p.name == port), None)

    def shapes(self) -> dict[str, str]:
        """The outputs as they were declared."""
        outputs = self.declared.outputs if self.declared else ()
        return {port.name: written(port.shape) for port in outputs}

    def output_names(self, seen: Probe) -> tuple[str, ...]:
        """The outputs by their declared names, else as the model calls them."""
        declared = self.declared.outputs if self.declared else ()
        if len(declared) == len(seen.outputs):
            return tuple(port.name for port in declared)
        return tuple(seen.outputs)
