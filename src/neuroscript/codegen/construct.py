"""What `__init__` builds: the parts that write it, and the names that they share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from neuroscript.codegen.aggregates import Aggregates
from neuroscript.codegen.arguments import Arguments
from neuroscript.codegen.bindings import Bindings
from neuroscript.codegen.calls import Calls
from neuroscript.codegen.chains import Chains
from neuroscript.codegen.conditionals import Conditionals
from neuroscript.codegen.divisions import Divisions
from neuroscript.codegen.emitters import KEEPING
from neuroscript.codegen.expression import Expressions
from neuroscript.codegen.forward_names import ForwardNames
from neuroscript.codegen.globals import Globals
from neuroscript.codegen.host import HostExpression, host_of
from neuroscript.codegen.neuron_values import Neurons
from neuroscript.codegen.submodules import Submodules
from neuroscript.codegen.writer import Writer
from neuroscript.diagnostics import Sink
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Apply, Shared, all_steps
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.values import Abstract, kind_of
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass


class Constructor:
    """Holds the parts; each writes its statements of `__init__` to `init`."""

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner
        self.env: dict[str, Abstract] = dict(owner.inferred.env)
        """What names are, those of the round of an `unroll` too while it is written."""
        self.locals: dict[str, str] = {}
        """Constants and indices as `__init__` reads them."""
        self.rank: int | None = None
        """How many axes arrive at what is built at the moment, where that is known."""
        self.neurons = Neurons(self)
        self.calls = Calls(self)
        self.arguments = Arguments(self)
        self.globals = Globals(self)
        self.divisions = Divisions(self)
        self.conditionals = Conditionals(self)
        self.bindings = Bindings(self)
        self.aggregates = Aggregates(self)
        self.chains = Chains(self)
        self.submodules = Submodules(self)
        self.forward_names = ForwardNames(self)
        self.in_init = Expressions(self.name, self.kind, self.neurons.text)
        self.in_forward = Expressions(self.forward_names.text, self.kind, self.neurons.text)

    # --- what names and values are

    def name(self, name: str) -> str | None:
        """A plain name as `__init__` reads it."""
        return self.locals.get(name) or self.owner.params.get(name)

    def kind(self, value: ast.Value) -> str:
        return kind_of(self.value(value))

    def value(self, value: ast.Value) -> Abstract:
        return self.evaluator().value(value)

    def evaluator(self) -> Evaluator:
        flow = self.owner.inferred.flow
        bodies = flow.bodies if flow is not None else {}
        return Evaluator(self.env, Sink(), self.owner.definition.scope, bodies)

    def bare(self, name: str) -> tuple[Definition, dict[str, ast.Argument]] | None:
        """The call that a binding holds, if it is written in place wherever the binding is applied.

        The binding is what it keeps then, if it keeps something.
        """
        item = self.owner.definition.bindings.get(name)
        if not isinstance(item, ast.Binding) or item.annotation is not None:
            return None
        if not isinstance(item.value, ast.CallValue) or name in self.owner.values:
            return None
        definition = self.owner.definition.scope.find(item.value.call.name.text)
        if definition is None or definition.is_graph:
            return None
        host = host_of(definition)
        given = bind(item.value.call, definition, Sink()) or {}
        builds = any(isinstance(argument.value, ast.CallValue) for argument in given.values())
        if not isinstance(host, HostExpression) or host.alias is not None or builds:
            return None
        return (definition, given) if host.emitter not in KEEPING else None

    def rank_of(self, step: Apply) -> int | None:
        """How many axes what arrives at a step has, where that is known."""
        if not step.inputs:
            return None
        return self.owner.inferred.tensors[step.inputs[0].index].shape.rank

    def rank_at(self, name: str) -> int | None:
        """The same of all steps that apply a binding, if nothing else is done with it."""
        flow = self.owner.inferred.flow
        if flow is None or name in self.owner.values:
            return None
        ranks = {
            self.rank_of(step)
            for step in all_steps(flow.steps)
            if isinstance(step, Apply)
            and isinstance(step.target, Shared)
            and isinstance(step.target.value, ast.NameValue)
            and step.target.value.name == name
        }
        return ranks.pop() if len(ranks) == 1 else None

    @contextmanager
    def at_rank(self, rank: int | None) -> Iterator[None]:
        """While what is built is for tensors of so many axes."""
        outer, self.rank = self.rank, rank
        yield
        self.rank = outer

    # --- where statements go

    @property
    def init(self) -> Writer:
        return self.owner.init

    @contextmanager
    def block(self, head: str, joins: bool = False) -> Iterator[None]:
        """For what stands under `head`; it may join the block before, if that is under the same."""
        outer = self.owner.init
        self.owner.init = inner = Writer(outer.depth + 1, outer.place)
        yield
        self.owner.init = outer
        if not joins or outer.last_block != head:
            outer.line(head)
        outer.lines.extend(inner.lines)

    @contextmanager
    def before_blocks(self) -> Iterator[None]:
        """For what any block may read: it is built before the outermost one."""
        inner, self.owner.init = self.owner.init, self.owner.top
        yield
        self.owner.init = inner
