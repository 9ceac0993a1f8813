"""Rounds as one module: what `unroll(..)` built, where it is a value and not applied itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.naming import INIT_NAMES, safe
from neuroscript.codegen.passing import replaced
from neuroscript.codegen.writer import string
from neuroscript.language.names.ports import ports_of
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


class Chains:
    """Writes rounds as `nn.Sequential`, or as a `Chain` where they carry several tensors."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.definition = constructor.owner.definition

    def whole(self, item: ast.Unroll, place: str) -> str:
        """All rounds, which are at `place`."""
        takes = self.one_by_one(item)
        return self.chain([self.rounds(item, place, takes)], takes)

    def picked(self, item: ast.Unroll, place: str) -> str:
        """One round, which is at `place`."""
        takes = self.one_by_one(item)
        return self.chain(self.round(item, place, takes), takes)

    def chain(self, layers: list[str], one_by_one: bool) -> str:
        if one_by_one:
            return f"nn.Sequential({', '.join(layers)})"
        host = self.constructor.owner.imports.host("neuroscript.primitives", "Chain")
        return f"{host}({', '.join(layers)})"

    def one_by_one(self, item: ast.Unroll) -> bool:
        """Whether each of its neurons takes one tensor and gives one."""
        return all(
            self.one_by_one(inner)
            if isinstance(inner, ast.Unroll)
            else self.takes(inner) == replaced(inner, self.definition) == 1
            for inner in self.neurons(item)
        )

    def takes(self, item: ast.Binding) -> int | None:
        ports = ports_of(item.value, self.definition, {})
        return None if ports is None or ports.inputs is None else len(ports.inputs)

    def neurons(self, item: ast.Unroll) -> list[ast.Item]:
        return self.constructor.aggregates.rounds(item)

    def rounds(self, item: ast.Unroll, place: str, one_by_one: bool) -> str:
        """`*self.layers`, or what makes one flat list of what its rounds hold."""
        neurons = self.neurons(item)
        single = neurons[0] if len(neurons) == 1 else None
        if isinstance(single, ast.Binding) and one_by_one:
            return f"*{place}"
        taken = {*INIT_NAMES, *self.constructor.owner.params, *self.constructor.locals.values()}
        each = safe("layer" if isinstance(single, ast.Binding) else "layers", taken)
        while each in place:
            each += "_"
        if isinstance(single, ast.Binding):
            return f"*({self.layer(single, each, one_by_one)} for {each} in {place})"
        layers = self.chain(self.round(item, each, one_by_one), one_by_one)
        return f"*({layers if one_by_one else f'({layers}, None)'} for {each} in {place})"

    def round(self, item: ast.Unroll, place: str, one_by_one: bool) -> list[str]:
        neurons = self.neurons(item)
        if len(neurons) == 1:
            return [self.layer(neurons[0], place, one_by_one)]
        if one_by_one and all(isinstance(inner, ast.Binding) for inner in neurons):
            return [f"*{place}.values()"]
        return [
            self.layer(inner, f"{place}[{string(inner.name.text)}]", one_by_one)
            for inner in neurons
        ]

    def layer(self, item: ast.Item, place: str, one_by_one: bool) -> str:
        if isinstance(item, ast.Unroll):
            return self.rounds(item, place, one_by_one)
        return place if one_by_one else f"({place}, {self.takes(item)})"
