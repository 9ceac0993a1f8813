"""What is known of a graph while its lines are read, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.names.chain import Bundle, Named
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Hint, Step, Tensor
from neuroscript.language.names.ports import Ports
from neuroscript.language.names.values import ValueNames, Visible
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import nodes_in


class State:
    """The tensors, names and steps of one graph so far."""

    def __init__(self, definition: Definition, sink: Sink, known: Mapping[str, Ports]) -> None:
        self.definition = definition
        self.neuron = definition.neuron
        self.input_names = frozenset(definition.input_names)
        self.sink = sink
        self.known = known
        self.values = ValueNames(sink)
        self.visible: Visible = Visible(definition)
        self.steps: list[Step] = []
        self.count = 0
        self.hints: dict[int, Hint] = {}
        self.named: dict[str, Named] = {}
        self.results: dict[str, Bundle] = {}
        """The latest result of each binding."""
        self.branch_names: dict[str, Span] = {}
        """Names given in branches that have ended."""
        self.read: set[int] = set()
        self.unread_names: dict[str, Span] = {}
        self.failed = False
        self.inputs = tuple(self.tensor(p.span, p.variadic) for p in self.neuron.inputs)
        self.written: dict[str, tuple[Bundle, Span]] = {}
        self.bodies: dict[Span, Definition] = {}

    def tensor(self, span: Span, pack: bool = False) -> Tensor:
        self.count += 1
        return Tensor(self.count - 1, span, pack)

    def take(self, tensors: Iterable[Tensor]) -> None:
        """Something reads these tensors."""
        self.read.update(tensor.index for tensor in tensors)

    def is_defined(self, node: ast.Node, results: bool) -> bool:
        """Whether a node means a value; with `results`, those of bindings count."""
        name = node.name.text
        if name in self.results:
            return results or node.port is not None
        if name in ("in", "out"):
            return name == "in" or bool(self.written)
        return name in self.named or name in self.written or name in self.input_names

    def sources(self) -> list[str]:
        """The names that stand for values."""
        return [*self.definition.input_names, *self.named, *self.results]

    @cached_property
    def mentions(self) -> Mapping[str, list[Span]]:
        """Where the graph mentions names as nodes, in order."""
        found: dict[str, list[Span]] = {}
        for graph in self.neuron.graphs:
            for item in nodes_in(graph.block):
                found.setdefault(item.name.text, []).append(item.span)
        return found
