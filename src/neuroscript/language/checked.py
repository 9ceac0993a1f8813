"""A checked program: what it defines, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from neuroscript.diagnostics import (
    Diagnostic,
    NeuroScriptError,
    Severity,
    Source,
)
from neuroscript.language.bounds import within_bounds
from neuroscript.language.concrete import values_of_params
from neuroscript.language.entry import no_such_entry
from neuroscript.language.inferred_signature import signature_of
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.scope import Scope
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.signature import Signature
from neuroscript.language.syntax.ast import Program


@dataclass(frozen=True, eq=False)
class Checked:
    """A program after all checks: what it defines, and what there is to say about it."""

    source: Source
    program: Program
    scope: Scope
    inference: Inference
    entry: str | None
    """The neuron that the program is about; None if there is none."""

    params: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def has_errors(self) -> bool:
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    def raise_errors(self) -> Checked:
        """Raise NeuroScriptError if there are errors; warnings alone pass."""
        if self.has_errors:
            errors = [d for d in self.diagnostics if d.severity is Severity.ERROR]
            raise NeuroScriptError(errors)
        return self

    def definition(self, neuron: str | None = None) -> Definition:
        """A neuron of this file, by default the entry. Raises NeuroScriptError (NS215)."""
        name = neuron if neuron is not None else self.entry
        if name is None or name not in self.scope.own:
            raise NeuroScriptError([no_such_entry(self.program, name or "")])
        return self.scope.own[name]

    @contextmanager
    def bounded(self, neuron: str | None = None) -> Iterator[None]:
        """More work on a neuron, bounded as checking is. Raises NeuroScriptError (NS112)."""
        known = [key[0] for key in self.inference.flows]
        sources = {found.span.source for found in known if isinstance(found, Definition)}
        characters = sum(len(source.text) for source in sources)
        with within_bounds(characters, lambda: self.definition(neuron)):
            yield

    def inferred(self, neuron: str | None = None) -> Inferred:
        """What inference found, with numbers for the parameters where all are known."""
        definition = self.definition(neuron)
        values = values_of_params(definition, self.params if definition.name == self.entry else {})
        with self.bounded(neuron):
            if values is None:
                return self.inference.generic(definition)
            return self.inference.signature(definition, values)

    def problems_with(self, neuron: str, params: Mapping[str, Any]) -> Sequence[Diagnostic]:
        """What is wrong with a neuron of this file once it has these values for parameters."""
        definition = self.definition(neuron)
        known = {name: value for name, value in params.items() if name in definition.params}
        values = values_of_params(definition, known)
        if values is None:
            return ()
        with self.bounded(neuron):
            return self.inference.signature(definition, values).problems

    def signature(self, neuron: str | None = None) -> Signature:
        """Ports, parameters and documentation of a neuron, by default the entry."""
        with self.bounded(neuron):
            return signature_of(self.definition(neuron), self.inferred(neuron), self.inference)
