"""Bindings and aggregates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from programs.expressions import Whole, Wrong
from programs.library import LIBRARY
from programs.steps import Scope, apply, is_factory, is_thorough


@dataclass
class Binding:
    name: str
    value: str
    """Where it is conditional: `if c: A(..) else: B(..)`."""
    annotation: str = ""

    def lines(self) -> list[str]:
        return [f"{self.annotation}{' ' if self.annotation else ''}{self.name} = {self.value}"]

    def make(self, scope: Scope) -> Any:
        chosen, options, text = None, [], self.value
        while text.startswith("if "):
            condition, _, rest = text[3:].partition(": ")
            option, _, text = rest.partition(" else: ")
            holds = chosen is None and scope.value(condition)
            if holds or is_thorough():
                options.append(_instance(scope.value(option)))
            if holds:
                chosen = options[-1]
        if chosen is None or is_thorough():
            options.append(_instance(scope.value(text)) if text else LIBRARY["Identity"]())
        return Options(chosen or options[-1], options) if len(options) > 1 else options[0]


def _instance(value: Any) -> Any:
    return value() if is_factory(value) else value


@dataclass
class Options:
    """A conditional binding where all that it may be is tried."""

    chosen: Any
    options: list[Any]

    def __call__(self, *x: torch.Tensor) -> Any:
        results = [apply(option, x) for option in self.options]
        if len({tuple(tuple(t.shape) for t in result) for result in results}) > 1:
            raise Wrong("what a binding may be gives different shapes")
        return self.chosen(*x)


@dataclass
class Unroll:
    name: str
    count: str
    index: str | None
    items: list[Binding]

    def lines(self) -> list[str]:
        index = f" as {self.index}" if self.index else ""
        inner = [f"    {line}" for item in self.items for line in item.lines()]
        return [f"{self.name} = unroll({self.count}){index}:", *inner]

    def make(self, scope: Scope) -> Rounds:
        rounds: list[list[Any]] = []
        for i in range(scope.value(self.count)):
            names = dict(scope.names)
            if self.index:
                names[self.index] = Whole(i)
            inner, made = Scope(names, scope.depth), []
            for item in self.items:
                names[item.name] = item.make(inner)
                if callable(names[item.name]):
                    made.append(names[item.name])
            rounds.append(made)
        return Rounds(rounds)


@dataclass
class Rounds:
    """What `unroll` builds."""

    rounds: list[list[Any]]

    def __call__(self, *x: torch.Tensor) -> Any:
        for made in self.rounds:
            for module in made:
                x = apply(module, x)
        return x if len(x) > 1 else x[0]

    def __getitem__(self, index: int) -> Rounds:
        return Rounds([self.rounds[index]])
