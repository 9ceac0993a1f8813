"""Examples of the library, compiled and ready to run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import nn

from neuroscript.codegen import build, emit
from neuroscript.diagnostics import render
from neuroscript.language import Checked, check_text
from neuroscript.language.names.documentation import Example, Tensor
from neuroscript.language.names.scope import standard_library

LIBRARY = standard_library()
DTYPES = {
    "float": torch.float32,
    "int": torch.int64,
    "bool": torch.bool,
    "complex": torch.complex64,
}


@dataclass(frozen=True)
class Case:
    """One example of one neuron."""

    neuron: str
    example: Example

    @property
    def checked(self) -> Checked:
        return _checked(self.example.program)

    def model(self) -> nn.Module:
        """A new instance, the same for the same seed."""
        torch.manual_seed(0)
        made: nn.Module = _classes(self.example.program).Example()
        return made

    def inputs(self, seed: int = 0) -> list[torch.Tensor]:
        generator = torch.Generator().manual_seed(seed)
        return [_tensor(spec, generator) for spec in self.example.inputs]


@cache
def _checked(program: str) -> Checked:
    checked = check_text(program)
    assert not checked.diagnostics, render(checked.diagnostics)
    return checked


@cache
def _classes(program: str):  # type: ignore[no-untyped-def]
    return build(emit(_checked(program)))


def _tensor(spec: Tensor, generator: torch.Generator) -> torch.Tensor:
    match spec.kind:
        case "int":
            return torch.randint(0, 2, spec.shape, generator=generator)
        case "bool":
            return torch.randint(0, 2, spec.shape, generator=generator).bool()
        case "positive":
            return torch.rand(spec.shape, generator=generator) + 0.5
        case _:
            return torch.randn(spec.shape, generator=generator, dtype=DTYPES[spec.kind])


def cases() -> list[Case]:
    """Every example of every neuron of the library."""
    found = []
    for name in LIBRARY.names():
        definition = LIBRARY.find(name)
        assert definition is not None
        found += [Case(name, example) for example in definition.documentation.examples]
    return found


def tensors(results: object) -> tuple[torch.Tensor, ...]:
    """What a model gives, as a tuple."""
    return tuple(results) if isinstance(results, tuple) else (results,)  # type: ignore[return-value]
