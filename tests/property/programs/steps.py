"""Steps of connections: as text, and as what they do to tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import einops
import torch

from programs.expressions import Unsure, Wrong, evaluate, hold, is_size_name
from programs.library import FACTORIES

Tensors = tuple[torch.Tensor, ...]
Branch = tuple[str, "list[Step]"]


class Scope:
    """One instance of a neuron while it runs."""

    def __init__(self, names: dict[str, Any], depth: int) -> None:
        self.names = names
        self.tensors: dict[str, torch.Tensor] = {}
        self.depth = depth

    def built(self, name: str) -> Any:
        """A binding, or what a bare Neuron parameter stands for here."""
        value = self.names[name]
        if isinstance(value, Lazy):
            value = self.names[name] = value.make()
        return value() if is_factory(value) else value

    def value(self, text: str) -> Any:
        return evaluate(text, self.names)


@dataclass
class Lazy:
    """A binding that is built when it is first used."""

    text: str
    scope: Scope

    def make(self) -> Any:
        return self.scope.value(self.text)


class Factory:
    """What builds a neuron of the program."""


def is_factory(value: Any) -> bool:
    return isinstance(value, Factory) or id(value) in FACTORIES


def apply(module: Any, tensors: Tensors) -> Tensors:
    try:
        result = module(*tensors)
    except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
        raise Wrong(str(error)) from error
    return result if isinstance(result, tuple) else (result,)


# --- steps


_thorough = [False]


def is_thorough() -> bool:
    """Whether branches and arms that are not taken are run too."""
    return _thorough[0]


@contextmanager
def thorough() -> Iterator[None]:
    """Inside, everything is run, not only what is reached."""
    _thorough[0] = True
    try:
        yield
    finally:
        _thorough[0] = False


class Step:
    """One step of a connection."""

    def lines(self) -> list[str]:
        raise NotImplementedError

    def run(self, scope: Scope, x: Tensors) -> Tensors:
        raise NotImplementedError


@dataclass
class Call(Step):
    """A neuron with arguments, or a bare name: a binding, an aggregate, a Neuron parameter."""

    name: str
    args: list[str] | None
    keywords: dict[str, str] = field(default_factory=dict)
    frozen: bool = False

    def text(self) -> str:
        if self.args is None:
            return self.name
        given = [*self.args, *(f"{name}={value}" for name, value in self.keywords.items())]
        call = f"{self.name}({', '.join(given)})"
        return f"Freeze({call})" if self.frozen else call

    def lines(self) -> list[str]:
        return [self.text()]

    def run(self, scope: Scope, x: Tensors) -> Tensors:
        if self.args is None:
            if "[" in self.name:
                return apply(scope.value(self.name), x)
            if self.name not in scope.names:
                raise Unsure("a name for the value, or a slip")
            return apply(scope.built(self.name), x)
        module = scope.value(self.text())
        if is_factory(module):
            raise Wrong(f"{self.name} was not built")
        return apply(module, x)


@dataclass
class If(Step):
    branches: list[Branch]
    otherwise: list[Step] | None

    def lines(self) -> list[str]:
        found: list[str] = []
        word = "if"
        for condition, steps in self.branches:
            found += [f"{word} {condition}:", *block(steps)]
            word = "elif"
        if self.otherwise is not None:
            found += ["else:", *block(self.otherwise)]
        return found

    def run(self, scope: Scope, x: Tensors) -> Tensors:
        taken, results = None, []
        for condition, steps in self.branches:
            holds = bool(scope.value(condition)) and taken is None
            if holds or (is_thorough() and not any(_is_lazy(step, scope) for step in steps)):
                results.append(run_steps(steps, scope, x))
            if holds:
                taken = results[-1]
        if taken is None or is_thorough():
            results.append(run_steps(self.otherwise or [], scope, x))
        if len({tuple(tuple(t.shape) for t in result) for result in results}) > 1:
            raise Wrong("branches give different shapes")
        return taken if taken is not None else results[-1]


def _is_lazy(step: Step, scope: Scope) -> bool:
    return isinstance(step, Call) and isinstance(scope.names.get(step.name), Lazy)


@dataclass
class Arm:
    pattern: list[str]
    guard: str | None
    steps: list[Step]


@dataclass
class Match(Step):
    arms: list[Arm]

    def lines(self) -> list[str]:
        found = ["match:"]
        for arm in self.arms:
            guard = f" where {arm.guard}" if arm.guard else ""
            found += [f"    [{', '.join(arm.pattern)}]{guard}:"]
            found += [f"    {line}" for line in block(arm.steps)]
        return found

    def run(self, scope: Scope, x: Tensors) -> Tensors:
        taken: Tensors | None = None
        ends: set[int] = set()
        for arm in self.arms:
            given = x if taken is None else (imagined(arm.pattern, x[0]),)
            names = captures(arm.pattern, given[0], scope.names)
            if names is None and is_thorough():
                given = (imagined(arm.pattern, x[0]),)
                names = captures(arm.pattern, given[0], scope.names)
            if names is None:
                continue
            outer, scope.names = scope.names, {**scope.names, **names}
            try:
                holds = arm.guard is None or scope.value(arm.guard)
                fits = holds and given is x and taken is None
                if fits or is_thorough():
                    result = run_steps(arm.steps, scope, given)
                    if given[0].shape[-1] == x[0].shape[-1]:
                        ends.add(result[0].shape[-1] if result[0].ndim else 0)
                if fits:
                    taken = result
            finally:
                scope.names = outer
            if taken is not None and not is_thorough():
                break
        if taken is None:
            raise Wrong("no arm fits")
        if len(ends) > 1:
            raise Unsure("what follows may work for one arm only")
        return taken


def imagined(pattern: list[str], x: torch.Tensor) -> torch.Tensor:
    """A tensor like `x` with the sizes that a pattern asks for."""
    if len(pattern) != x.ndim or any(entry.startswith("*") for entry in pattern):
        return x
    pairs = zip(pattern, x.shape, strict=True)
    return x.new_empty([int(dim) if dim.isdigit() else size for dim, size in pairs])


def captures(
    pattern: list[str], x: torch.Tensor, known: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The sizes that a pattern names, or None where it does not fit."""
    names: dict[str, Any] = {}
    params = {n: v for n, v in known.items() if not (n.isidentifier() and is_size_name(n))}
    try:
        hold(pattern, x, names, params)
    except Wrong:
        return None
    return {name: value for name, value in names.items() if not name.startswith("*")}


@dataclass
class Rearrange(Step):
    """`=>`, with the same thing as einops writes it."""

    source: list[str | None]
    """What the axes of the source are called where it was written."""
    target: list[str]
    pattern: str
    sizes: dict[str, str] = field(default_factory=dict)
    operation: str | None = None
    """`mean` .. for `@reduce`, `copy` for `@repeat`."""

    def lines(self) -> list[str]:
        kind = ""
        if self.operation is not None:
            kind = f"@{'repeat' if self.operation == 'copy' else 'reduce'}({self.operation}) "
        return [f"=> {kind}[{', '.join(self.target)}]"]

    def run(self, scope: Scope, x: Tensors) -> Tensors:
        self.certain(scope, x[0])
        sizes = {name: int(scope.value(text)) for name, text in self.sizes.items()}
        try:
            if self.operation is None:
                return (einops.rearrange(x[0], self.pattern, **sizes),)
            if self.operation == "copy":
                return (einops.repeat(x[0], self.pattern, **sizes),)
            return (einops.reduce(x[0], self.pattern, self.operation, **sizes),)
        except (einops.EinopsError, RuntimeError, ZeroDivisionError) as error:
            raise Wrong(str(error)) from error

    def certain(self, scope: Scope, x: torch.Tensor) -> None:
        """Entries go by names, the pattern by places: both mean the same if no axis has moved."""
        if len(self.source) != x.ndim:
            raise Unsure
        for axis, (text, size) in enumerate(zip(self.source, x.shape, strict=True)):
            if text is not None and not text.startswith("part_"):
                if int(scope.value(text)) != size:
                    raise Unsure(axis)


@dataclass
class Wrap(Step):
    """`@wrap(W, ..): target`; the target is a chain or a name."""

    neuron: str
    args: list[str]
    target: list[Step] | str

    def lines(self) -> list[str]:
        head = f"@wrap({', '.join([self.neuron, *self.args])}):"
        if isinstance(self.target, str):
            return [f"{head} {self.target}"]
        return [head, *block(self.target)]

    def run(self, scope: Scope, x: Tensors) -> Tensors:
        if isinstance(self.target, str):
            if self.target not in scope.names:
                raise Unsure("a slip")
            inner = scope.names[self.target]
            inner = inner.make() if isinstance(inner, Lazy) else inner
        else:
            steps = self.target

            def inner(*tensors: torch.Tensor) -> Any:
                result = run_steps(steps, scope, tensors)
                return result if len(result) > 1 else result[0]

        outer = scope.names[self.neuron]
        if not isinstance(outer, Factory):
            raise Wrong(f"{self.neuron} wraps nothing")
        return apply(outer(inner, *(scope.value(arg) for arg in self.args)), x)


@dataclass
class Select(Step):
    """`match(p):` on the signature of a neuron."""

    param: str
    arms: list[tuple[list[str], list[str], list[Step]]]

    def lines(self) -> list[str]:
        found = [f"match({self.param}):"]
        for taken, given, steps in self.arms:
            found += [f"    in [{', '.join(taken)}] -> out [{', '.join(given)}]:"]
            found += [f"    {line}" for line in block(steps)]
        return found

    def run(self, scope: Scope, x: Tensors) -> Tensors:
        """The first arm whose result the neuron has for what arrives."""
        module = scope.built(self.param)
        result = apply(module, x)
        for taken, given, steps in self.arms:
            names: dict[str, Any] = {}
            known = {n: v for n, v in scope.names.items() if not is_size_name(n)}
            try:
                hold(taken, x[0], names, known)
                hold(given, result[0], names, known)
            except Wrong:
                continue
            outer, scope.names = scope.names, {**scope.names, **names}
            found = run_steps(steps, scope, x)
            scope.names = outer
            return found
        raise Wrong("no arm fits")


def block(steps: list[Step]) -> list[str]:
    return [f"    {line}" for step in steps for line in step.lines()]


def run_steps(steps: list[Step], scope: Scope, x: Tensors) -> Tensors:
    for step in steps:
        x = step.run(scope, x)
    return x
