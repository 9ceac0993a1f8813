"""Neurons and whole programs: as text, and run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from programs.context import Binding, Unroll
from programs.expressions import Whole, Wrong, evaluate, hold
from programs.library import LIBRARY
from programs.steps import Factory, Lazy, Scope, Step, Tensors, Wrap, run_steps, thorough

LIMIT = 60
"""Levels of neurons in neurons."""


@dataclass
class Line:
    """`sources -> steps -> names`."""

    sources: list[str]
    steps: list[Step]
    targets: list[str]

    def lines(self) -> list[str]:
        source, target = _tuple(self.sources), _tuple(self.targets)
        inner = [line for step in self.steps for line in step.lines()]
        flat = all(len(step.lines()) == 1 for step in self.steps)
        whole = " -> ".join([source, *inner, target]).replace("-> =>", "=>")
        if flat and len(whole) < 90 and not any(isinstance(step, Wrap) for step in self.steps):
            return [whole]
        return [f"{source} ->", *(f"    {line}" for line in [*inner, target])]

    def run(self, scope: Scope) -> None:
        x = tuple(scope.tensors[name] for name in self.sources)
        x = run_steps(self.steps, scope, x)
        if len(self.targets) > 1 and len(x) == 1:
            x = x * len(self.targets)
        if len(x) != len(self.targets):
            raise Wrong(f"{len(x)} tensors for {len(self.targets)} names")
        scope.tensors.update(zip(self.targets, x, strict=True))


def _tuple(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


@dataclass
class Port:
    name: str
    """Empty for the unnamed one."""
    dims: list[str]
    dtype: str = ""

    def text(self, side: str) -> str:
        name = f" {self.name}" if self.name else ""
        return f"{side}{name}: [{', '.join(self.dims)}]{f' {self.dtype}' if self.dtype else ''}"


@dataclass
class Neuron:
    name: str
    params: dict[str, str]
    """Each with its default, or empty; a kind stands behind a colon: `body: Neuron`."""
    inputs: list[Port]
    outputs: list[Port]
    context: list[Binding | Unroll] = field(default_factory=list)
    graph: list[Line] = field(default_factory=list)
    examples: list[dict[str, str]] = field(default_factory=list)
    """Arguments that it works with by itself."""

    @property
    def param_names(self) -> list[str]:
        return [name.partition(":")[0] for name in self.params]

    def text(self) -> str:
        given = [f"{name}={value}" if value else name for name, value in self.params.items()]
        params = f"({', '.join(given)})" if given else ""
        head = f"neuron {self.name}{params}:"
        rows = [head, *(f"    {port.text('in')}" for port in self.inputs)]
        rows += [f"    {port.text('out')}" for port in self.outputs]
        if self.context:
            rows += ["    context:"]
            rows += [f"        {line}" for item in self.context for line in item.lines()]
        rows += ["    graph:"]
        rows += [f"        {line}" for part in self.graph for line in part.lines()]
        return "\n".join(rows) + "\n"


@dataclass
class Program:
    neurons: list[Neuron]
    params: dict[str, Any]
    """Values for the parameters of the last neuron."""
    sizes: list[dict[str, int]]
    """Several choices of the sizes that its inputs name."""
    globals: dict[str, str] = field(default_factory=dict)

    @property
    def main(self) -> Neuron:
        return self.neurons[-1]

    def text(self) -> str:
        rows = [f"@global {name} = {value}" for name, value in self.globals.items()]
        head = "\n".join(rows) + "\n\n" if rows else ""
        return head + "\n".join(neuron.text() for neuron in self.neurons)

    def names(self) -> dict[str, Any]:
        found: dict[str, Any] = dict(LIBRARY)
        for neuron in self.neurons:
            found[neuron.name] = NeuronFactory(neuron, found)
        for name, value in self.globals.items():
            found[name] = evaluate(value, found)
        return found

    def inputs(self, sizes: Mapping[str, int]) -> Tensors:
        """Tensors without data that the declared inputs take."""
        return self.inputs_of(self.main, self.params, sizes)

    def inputs_of(
        self, neuron: Neuron, params: Mapping[str, Any], sizes: Mapping[str, int]
    ) -> Tensors:
        known = {**self.names(), **params, **{n: Whole(v) for n, v in sizes.items()}}
        found = []
        for port in neuron.inputs:
            shape: list[int] = []
            for dim in port.dims:
                shape += [23, 19] if dim.startswith("*") else [int(evaluate(dim, known))]
            if any(size < 1 for size in shape):
                raise Wrong(f"{shape} is no shape")
            found.append(tensor(shape, port.dtype))
        return tuple(found)

    def run(self, inputs: Tensors) -> Tensors:
        """The results of the last neuron. Raises Wrong."""
        with torch.device("meta"):
            main = self.names()[self.main.name](**self.params)
            result = main(*inputs)
        return result if isinstance(result, tuple) else (result,)

    def run_thoroughly(self) -> None:
        """Everything: neurons that are not used, branches and arms that are not taken too."""
        names = self.names()
        with thorough(), torch.device("meta"):
            for sizes in self.sizes:
                names[self.main.name](**self.params)(*self.inputs(sizes))
                for neuron in self.neurons[:-1]:
                    for example in neuron.examples:
                        args = {n: evaluate(text, names) for n, text in example.items()}
                        module = names[neuron.name](**args)
                        module(*self.inputs_of(neuron, args, sizes))


def tensor(shape: list[int], dtype: str = "") -> torch.Tensor:
    kind = {"int": torch.int64, "bool": torch.bool}.get(dtype, torch.float32)
    return torch.empty(shape, dtype=kind, device="meta")


@dataclass
class NeuronFactory(Factory):
    """A neuron of the program as a class."""

    neuron: Neuron
    names: dict[str, Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Module:
        names = self.neuron.param_names
        if len(args) > len(names) or set(kwargs) - set(names[len(args) :]):
            raise Wrong(f"{self.neuron.name} takes {names}")
        values = dict(self.names)
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        for name, default in zip(names, self.neuron.params.values(), strict=True):
            if name in given:
                values[name] = _whole_value(given[name])
            elif default:
                values[name] = evaluate(default, values)
            else:
                raise Wrong(f"{self.neuron.name} needs {name}")
        return Module(self.neuron, values)


def _whole_value(value: Any) -> Any:
    return Whole(value) if isinstance(value, int) and not isinstance(value, bool) else value


_levels = [0]


@dataclass
class Module:
    """An instance of a neuron of the program."""

    neuron: Neuron
    names: dict[str, Any]

    def __post_init__(self) -> None:
        self.scope = Scope(dict(self.names), _levels[0])
        for item in self.neuron.context:
            if isinstance(item, Binding) and item.annotation == "@lazy":
                self.scope.names[item.name] = Lazy(item.value, self.scope)
            else:
                self.scope.names[item.name] = item.make(self.scope)

    def __call__(self, *inputs: torch.Tensor) -> Any:
        neuron, scope = self.neuron, self.scope
        if len(inputs) != len(neuron.inputs):
            raise Wrong(f"{neuron.name} takes {len(neuron.inputs)} tensors")
        if _levels[0] > LIMIT:
            raise Wrong("endless recursion")
        sizes: dict[str, Any] = {}
        for port, x in zip(neuron.inputs, inputs, strict=True):
            hold(port.dims, x, sizes, self.names)
            wanted = {"int": torch.int64, "float": torch.float32}.get(port.dtype)
            if wanted is not None and x.dtype != wanted:
                raise Wrong(f"{x.dtype} into {port.text('in')}")
            scope.tensors[port.name or "in"] = x
        scope.names.update({n: v for n, v in sizes.items() if not n.startswith("*")})
        _levels[0] += 1
        try:
            for line in neuron.graph:
                line.run(scope)
        finally:
            _levels[0] -= 1
        results = []
        for port in neuron.outputs:
            result = scope.tensors[port.name or "out"]
            hold(port.dims, result, sizes, self.names)
            wanted = torch.int64 if port.dtype == "int" else torch.float32
            if port.dtype and result.dtype != wanted:
                raise Wrong(f"{result.dtype} out of {port.text('out')}")
            results.append(result)
        return tuple(results) if len(results) > 1 else results[0]
